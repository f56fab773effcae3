"""docker-compose.yml says what the code says: broker settings, roles, and a valid file."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.adapters.health import Health
from streams.adapters.meter import exposed
from streams.brokers.jars import kafka_version
from streams.brokers.ports import free_port
from streams.brokers.properties import SINGLE_NODE, as_environment
from streams.kafka_access import PREFIX
from streams.settings import Settings
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


def test_every_role_is_healthy_when_it_says_that_it_is_ready(compose: dict[str, Any]) -> None:
    commands = [list(role.command) for role in roles()]
    for service in compose["services"].values():
        if service.get("command") in commands:
            port = service["environment"]["TOLLWAY_METRICS_PORT"]
            test = service["healthcheck"]["test"]
            assert test[:3] == ["CMD", "python", "-c"]
            assert f'urlopen("http://127.0.0.1:{port}/readyz"' in test[3]


@pytest.mark.parametrize(("reason", "code"), [("", 0), ("it is starting", 1)])
async def test_the_health_check_passes_when_ready_and_only_then(
    compose: dict[str, Any], reason: str, code: int
) -> None:
    worker = compose["services"]["worker"]
    theirs, ours = worker["environment"]["TOLLWAY_METRICS_PORT"], str(free_port())
    script = worker["healthcheck"]["test"][3].replace(theirs, ours)
    with exposed(Settings(metrics_port=int(ours)), Health(not_ready=lambda: reason)):
        check = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, stderr=subprocess.DEVNULL
        )
        assert await check.wait() == code


def test_every_command_and_setting_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        if service.get("image") == "tollway:local":
            assert service["command"][0] in main.list_commands(None)  # type: ignore[arg-type]
            for name in service["environment"]:
                assert name.removeprefix(PREFIX).lower() in Settings.model_fields
