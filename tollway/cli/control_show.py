"""`tollway control show`: what operators have set, and what became of their commands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from streams.settings import load_settings
from tollway.cli.audit import export_option
from tollway.cli.tabular import json_option, json_text
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from tollway.control_state import ControlState


@click.command()
@export_option
@json_option
def show(export: Path | None, as_json: bool) -> None:
    """Show levers, switches and caps in force, commands that wait, and the last decisions on any.

    Read from the ledger. `*` stands for all workspaces.

    \b
    Examples:
      tollway control show
      tollway control show --json
    """
    state = asyncio.run(_read(export))
    click.echo(json_text(_as_dict(state)) if as_json else "\n".join(_lines(state)))


async def _read(export: Path | None) -> ControlState:
    from streams.sources.opening import open_source
    from tollway.control_state import read_control

    settings = load_settings()
    async with open_source(settings, export) as source:
        return await read_control(source, open_codec(settings))


def _as_dict(state: ControlState) -> dict[str, Any]:
    rows = {name: _rows(state, name) for name in state.standing}
    return {"partitions": state.partitions, **rows, "decided": state.decided}


def _rows(state: ControlState, name: str) -> list[dict[str, Any]]:
    return [{"key": key, **entry} for key, entry in state.standing[name].items()]


def _lines(state: ControlState) -> Iterator[str]:
    for name, entries in state.standing.items():
        yield f"{name}: {len(entries) or 'none'}"
        for key, entry in entries.items():
            yield f"  {key}  {_told(entry)}"
    yield f"last decisions: {len(state.decided) or 'none'}"
    for one in state.decided:
        at = datetime.fromtimestamp(one["at_ms"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        yield f"  {at}  {one['workspace']}  {one['rule']}  {one['reason']}"


def _told(entry: dict[str, Any]) -> str:
    if "command" in entry:
        command = entry["command"]
        return f"of {command['who']}: {command['why']}"
    if "usd_micros" in entry:
        usd = entry["usd_micros"]
        amount = "as contracted" if usd is None else f"{usd} micro-USD"
        return f"{amount}, by {entry['who']}: {entry['why']}"
    if "mode" in entry:
        return f"{entry['mode']}, by {entry['who']}: {entry['why']}"
    return str(entry["why"])
