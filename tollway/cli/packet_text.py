"""The packet of a run that needs a person, as text: what to do first, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tollway.cli.tabular import usd

WIDTH = 92


def packet_text(packet_json: str | None) -> str:
    """The packet; nothing for a run that needs nobody."""
    if packet_json is None:
        return ""
    return "\n".join(["For a person", *_lines(orjson.loads(packet_json))])


def _lines(packet: Mapping[str, Any]) -> Iterator[str]:
    yield from _list("proposed", packet["proposed"])
    yield from _list("asked", [packet["asked"]])
    yield from _list("found", packet["found"])
    yield from _list("tried", [_step(step) for step in packet["tried"]])
    yield from _list("failed checks", packet["failed_checks"])
    yield from _list("then tried", packet["remedies"])
    yield from _list("cost", [f"{usd(packet['spent_usd_micros'])} for {packet['calls']} calls"])


def _list(name: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield f"  {name}"
        for text in texts:
            first, *more = textwrap.wrap(text, WIDTH - 6) or [""]
            yield f"    - {first}"
            yield from (f"      {line}" for line in more)


def _step(step: Mapping[str, Any]) -> str:
    why = f" ({step['error']})" if step["error"] else ""
    return f"{step['tool']} {step['arguments_json']}: {step['status']}{why}"
