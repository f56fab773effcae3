"""Recorded steps: what a model answered for known requests.

Only the recorded model may import this module (import-linter holds it): retrieval, verify,
router and policy must never see the right answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from agents.privacy.scrubbing import hidden, scrubbed
from schemas.errors import SettingError
from streams.core.texts import every_text

Steps = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Recordings:
    """Steps, and where to they were routed, by customer and request."""

    steps: Mapping[tuple[str, str], Steps]
    routes: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def find(self, user_id: str, request: str) -> Steps | None:
        """The recorded steps (tool and arguments), or None for a request never recorded."""
        return self.steps.get((user_id, request))

    def route(self, user_id: str, request: str) -> Mapping[str, Any] | None:
        """The recorded classification, or None for a request never classified."""
        return self.routes.get((user_id, request))


def load(path: Path) -> Recordings:
    """Read a requests file: one JSON object a line. Raises SettingError naming the line."""
    steps: dict[tuple[str, str], Steps] = {}
    routes: dict[tuple[str, str], Mapping[str, Any]] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            key, recorded, route = _recording(line, f"{path.name} line {number}")
            steps.setdefault(key, recorded)
            if route is not None:
                routes.setdefault(key, route)
    return Recordings(steps, routes)


def _recording(line: bytes, where: str) -> tuple[tuple[str, str], Steps, Mapping[str, Any] | None]:
    try:
        row = orjson.loads(line)
        # A model is shown placeholders, and answers with them.
        request, values = scrubbed(row["request"])
        steps = tuple(
            {"tool": step["tool"], "arguments": _without(step["arguments"], values)}
            for step in row["steps"]
        )
        return (row["user_id"], request), steps, row.get("route")
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SettingError(f"{where} is not a recorded request: {error!r}") from error


def _without(arguments: Any, values: Mapping[str, str]) -> Any:
    return every_text(arguments, lambda text: hidden(text, values))
