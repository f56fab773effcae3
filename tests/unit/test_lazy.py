"""Subcommands are listed from a table and imported only when used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from schemas.errors import SettingError
from tollway.cli import COMMANDS, main
from tollway.cli.lazy import LazyGroup, Row


@click.command()
def failing() -> None:
    """Fail on purpose."""
    raise SettingError("TOLLWAY_X: wrong; set it right")


@click.group(
    cls=LazyGroup,
    rows={
        "fail": Row(f"{__name__}:failing", "Fails."),
        "absent": Row("tollway.no_such_module:command", "Cannot be imported."),
    },
)
def example() -> None:
    """An example."""


def test_help_lists_every_command_without_importing_any() -> None:
    shown = CliRunner().invoke(example, ["--help"])
    assert shown.exit_code == 0
    assert "Cannot be imported." in shown.output


def test_help_of_tollway_loads_no_kafka_client() -> None:
    check = (
        "import sys; from tollway.cli import main; main(['--help'], standalone_mode=False);"
        "slow = {'aiokafka', 'confluent_kafka', 'faust', 'pydantic', 'duckdb'} & {*sys.modules};"
        "sys.exit(str(slow) if slow else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_error_raised_on_purpose_is_shown_without_a_trace() -> None:
    shown = CliRunner().invoke(example, ["fail"])
    assert (shown.exit_code, shown.output) == (1, "Error: TOLLWAY_X: wrong; set it right\n")


def test_an_unknown_command_is_refused() -> None:
    shown = CliRunner().invoke(example, ["fial"])
    assert shown.exit_code == 2
    assert "No such command 'fial'" in shown.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_row_names_a_command_with_help(name: str) -> None:
    module, _, attribute = COMMANDS[name].target.partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.get_short_help_str()
    assert COMMANDS[name].help.endswith(".")


def test_the_version_is_the_packages() -> None:
    assert "0.1.0" in CliRunner().invoke(main, ["--version"]).output
