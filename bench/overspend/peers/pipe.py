"""A peer as a process: asks come as JSON lines, answers go as JSON lines. Standard library only."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

LINE_BYTES = 2**20
READY = "ready"
REASON_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Given:
    """What a peer is told at its start."""

    base_url: str
    folder: str
    cap_usd_micros: int
    models: tuple[str, ...]
    """The one to ask first, then those to fall back on."""
    max_output_tokens: int


class Refused(Exception):
    """The peer's own limit says no."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call to make. A caller that `leaves` does so after the first piece of the answer."""

    text: str
    leaves: bool


Call = Callable[[Ask], Awaitable[None]]


def given() -> Given:
    """What stands on the command line."""
    said = json.loads(sys.argv[1])
    return Given(**{**said, "models": tuple(said["models"])})


async def serve(call: Call) -> None:
    """Answer asks side by side until the input ends."""
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    tasks: set[asyncio.Task[None]] = set()
    _say(-1, READY)
    while line := await reader.readline():
        task = asyncio.create_task(_answer(call, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _answer(call: Call, said: dict[str, Any]) -> None:
    kind, reason = "served", ""
    try:
        await call(Ask(said["text"], said["leaves"]))
    except Refused as error:
        kind, reason = "refused", str(error)
    except Exception as error:  # noqa: BLE001  whatever it was, this call has failed
        kind, reason = "failed", f"{type(error).__name__}: {error}"
    _say(said["ask"], kind, reason)


def _say(ask: int, kind: str, reason: str = "") -> None:
    line = json.dumps({"ask": ask, "kind": kind, "reason": reason[:REASON_CHARACTERS]})
    print(line, flush=True)  # noqa: T201  the parent reads it
