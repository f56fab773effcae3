"""`--help` teaches: every command says what it does and shows an example."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from tollway.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be run, with the groups that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("command", list(commands(main)), ids=" ".join)
def test_help_shows_an_example_of_the_command_as_it_is_typed(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*command, "--help"]).output
    assert "Example" in shown
    assert f"tollway {' '.join(command)}" in shown.split("Example", 1)[1]
    assert "\\b" not in shown
