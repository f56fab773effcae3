"""A command is given: made, published, and said."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import click
import orjson

from schemas.control import EVERYWHERE
from schemas.errors import SettingError
from streams.settings import load_settings
from tollway.codecs import open_codec
from tollway.commands import command_of, publish


def give(where: str, who: str | None, why: str, *, as_json: bool, **said: Any) -> None:
    """Publish one command for workspace `where` and say so. Raises SettingError."""
    command = command_of(uuid4().hex, where, who, why, **said)
    settings = load_settings()
    asyncio.run(publish(settings, open_codec(settings), [command]))
    told = (
        f"command {command['command_id']} is on its way; `tollway control show` tells when it "
        "counts, or why it does not"
    )
    click.echo(orjson.dumps(command) if as_json else told)


def place(workspace: str | None, *, everywhere: bool) -> str:
    """Where a command counts. Raises SettingError unless exactly one of both is given."""
    if everywhere == (workspace is not None):
        raise SettingError("give either --workspace with its name or --everywhere")
    return EVERYWHERE if workspace is None else workspace
