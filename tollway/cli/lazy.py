"""A group of commands that imports a command only when it is run or asked for help."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from schemas.errors import TollwayError


class Row(NamedTuple):
    """Where a command is, as `module:attribute`, and what `--help` says of it."""

    target: str
    help: str


class LazyGroup(click.Group):
    """A group whose subcommands are rows of a table; a TollwayError in one is shown, not traced."""

    def __init__(self, *args: Any, rows: Mapping[str, Row], **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = rows

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, loaded or not."""
        return sorted({*self.rows, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now if it is a row."""
        row = self.rows.get(cmd_name)
        return super().get_command(ctx, cmd_name) if row is None else _load(row.target)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table alone."""
        listed = [(name, self._short_help(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(listed)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors that Tollway raises on purpose end it with their message."""
        try:
            return super().invoke(ctx)
        except TollwayError as error:
            raise click.ClickException(str(error)) from error

    def _short_help(self, ctx: click.Context, name: str) -> str:
        if name in self.rows:
            return self.rows[name].help
        command = super().get_command(ctx, name)
        return "" if command is None else command.get_short_help_str()


def _load(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command
