"""Rows about calls: issued, settled, what they moved and what they touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sinks.warehouse.decided import Decided, Row, when
from streams.core.hashing import content_hash
from streams.core.spending import settled_costs

if TYPE_CHECKING:
    from schemas.records import Spend


def calls_issued(decided: Decided) -> Iterator[Row]:
    """Calls that were decided, with what they hold."""
    for place, call in decided.emitted("call"):
        asked = _noted(decided, call["call_id"], answered=False)
        yield {
            **place,
            "call_id": call["call_id"],
            "run_id": call["run_id"],
            "state": call["state"],
            "kind": call["kind"],
            "name": call["name"],
            "attempt": call["attempt"],
            "idempotency_key": call["idempotency_key"],
            "why": asked.get("why"),
            "reserved_usd_micros": call["reserved_usd_micros"],
            "parameters_hash": content_hash(call["arguments"]),
            "issued_at": when(call["issued_at_ms"]),
            "not_after": when(call["not_after_ms"]),
        }


def calls_settled(decided: Decided) -> Iterator[Row]:
    """Calls whose money was settled, and what is known of their answers."""
    costs = settled_costs(decided.decision["spend"])
    for place, entry in decided.listed("spend"):
        if entry["entry"] not in {"settle", "release"}:
            continue
        answered = _noted(decided, entry["call_id"], answered=True)
        yield {
            **place,
            "call_id": entry["call_id"],
            "status": _ended(decided, entry),
            "cost_usd_micros": costs.get(entry["call_id"], 0),
            "provider": answered.get("provider") or None,
            "response_hash": answered.get("response_hash") or None,
            "pool": answered.get("pool") or None,
            "input_tokens": answered.get("input_tokens"),
            "output_tokens": answered.get("output_tokens"),
            "started_at": when(answered.get("started_at_ms", 0)),
            "finished_at": when(answered.get("finished_at_ms", 0)),
            "settled_at": decided.at,
        }


def _ended(decided: Decided, entry: Spend) -> str:
    """How a call ended: as its pool answered, released unsent, or given up by the run's end."""
    if entry["entry"] == "release":
        return "released"
    return _noted(decided, entry["call_id"], answered=True).get("status") or "given_up"


def _noted(decided: Decided, call_id: str, *, answered: bool) -> Mapping[str, Any]:
    """What the decision notes of a call that it asks for, or of the answer that it takes in."""
    return next(
        (
            access
            for access in decided.decision["accesses"]
            if access["call_id"] == call_id and bool(access["status"]) == answered
        ),
        {},
    )


def spend(decided: Decided) -> Iterator[Row]:
    """Every movement of money."""
    for place, entry in decided.listed("spend"):
        yield {**place, **decided.run, **entry, "moved_at": decided.at}


def accesses(decided: Decided) -> Iterator[Row]:
    """What was read, sent or done, and why."""
    for place, access in decided.listed("accesses"):
        yield {
            **place,
            **decided.run,
            "what": access["what"],
            "why": access["why"],
            "ids": access["ids"],
            "parameters_hash": access["parameters_hash"] or None,
            "response_hash": access["response_hash"] or None,
            "provider": access["provider"] or None,
            "accessed_at": decided.at,
        }
