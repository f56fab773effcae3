"""docker-compose.yml says what the code says: broker settings, roles, and a valid file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.brokers.jars import kafka_version
from streams.brokers.properties import SINGLE_NODE, as_environment
from streams.settings import PREFIX, Settings
from tollway.cli import main
from tollway.stack.roles import roles

PATH = Path("docker-compose.yml")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
    return read


def test_the_file_follows_the_published_compose_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", PATH],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_broker_has_the_settings_and_version_of_the_one_that_tests_run_on(
    compose: dict[str, Any],
) -> None:
    kafka = compose["services"]["kafka"]
    for name, value in as_environment(SINGLE_NODE).items():
        assert kafka["environment"][name] == value
    assert kafka["image"] == f"apache/kafka:{kafka_version()}"


def test_every_role_of_a_stack_is_a_service_with_the_same_command(compose: dict[str, Any]) -> None:
    commands = [tuple(service.get("command", ())) for service in compose["services"].values()]
    for role in roles():
        assert role.command in commands


def test_every_command_and_setting_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        if service.get("image") == "tollway:local":
            assert service["command"][0] in main.list_commands(None)  # type: ignore[arg-type]
            for name in service["environment"]:
                assert name.removeprefix(PREFIX).lower() in Settings.model_fields
