"""Runs as checks see them, from an answer, pieces of evidence and steps."""

from __future__ import annotations

from typing import Any

from streams.core.states import View
from tests.builders import workflow

FLOW = workflow()


def view(
    answer: str = "",
    citations: tuple[str, ...] = (),
    pieces: dict[str, tuple[str, bytes]] | None = None,
    *,
    steps: tuple[dict[str, Any], ...] = (),
    lost_bytes: int = 0,
) -> View:
    """A run with this answer; `lost_bytes` of every piece are not kept."""
    held = pieces or {}
    evidence = [
        {
            "id": name,
            "kind": kind,
            "content_hash": name,
            "size_bytes": len(content) + lost_bytes,
            "payload_hash": "",
        }
        for name, (kind, content) in held.items()
    ]
    run: Any = {
        "answer": answer,
        "citations": list(citations),
        "evidence": evidence,
        "plan": list(steps),
        "rungs": [],
        "user_id": "ann",
    }
    return View(run, FLOW, lambda name: held[name][1])
