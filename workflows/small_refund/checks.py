"""Checks of what was paid back, against the till. Pure: verification reads the till first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from agents.checks.library import as_check
from workflows.small_refund.tools import REFUND

if TYPE_CHECKING:
    from schemas.records import Check, PlanStep
    from streams.core.states import View

NAME = "refunded_once_as_asked"


def refunded_once_as_asked(view: View) -> Iterator[str]:
    """Each refund that was done stands in the till once, as it was asked; nothing else does."""
    paid = {refund["idempotency_key"]: refund for refund in _read(view)}
    done = {
        (step["call_id"] or "").rpartition(".")[0]: step
        for step in view.run["plan"]
        if step["status"] == "done" and step["tool"] == REFUND.name
    }
    for key in sorted(paid.keys() - done.keys()):
        yield f"the till has a refund {key} that no step asked for"
    for key, step in done.items():
        if key not in paid:
            yield "a refund that was done is not in the till"
        elif not _as_asked(step, paid[key]):
            yield "the till has another order, amount or reason than was asked for"


def _as_asked(step: PlanStep, refund: Mapping[str, Any]) -> bool:
    asked: Mapping[str, Any] = orjson.loads(step["arguments_json"])
    return all(refund[name] == asked.get(name) for name in REFUND.arguments.model_fields)


def _read(view: View) -> list[Mapping[str, Any]]:
    """What the retriever `own_refunds` brought; nothing when no refund was done."""
    for piece in view.run["evidence"]:
        if piece["kind"] == "write":
            read: list[Mapping[str, Any]] = orjson.loads(view.evidence(piece["content_hash"])).get(
                "refunds", []
            )
            return read
    return []


CHECKS: Mapping[str, Callable[[View], Check]] = {NAME: as_check(NAME, refunded_once_as_asked)}
"""The checks that this workflow adds to Tollway's own, by the names that its contract uses."""
