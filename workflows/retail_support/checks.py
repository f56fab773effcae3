"""Checks of what the desk did, against the store's own log of writes and its catalogue.

Pure: verification reads the log through a retriever first, and these only compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from schemas.strict import StrictModel
from workflows.retail_support import arithmetic
from workflows.retail_support.asked_for import AllAskedFor
from workflows.retail_support.tools import TOOLS

if TYPE_CHECKING:
    from schemas.records import Check
    from streams.core.states import View

WRITES = frozenset(spec.name for spec in TOOLS if spec.effect == "write")


def writes_match_steps(view: View) -> Check:
    """Each done write stands in the store's log once, with the same result; nothing else does."""
    return _check("writes_match_steps", _unmatched(view))


def arithmetic_recomputed(view: View) -> Check:
    """Every amount follows from the records before and the catalogue's prices."""
    read = _read(view)
    wrong = (
        problem
        for write in read["writes"]
        if write["error"] is None
        for problem in arithmetic.problems(write, read["prices_cents"])
    )
    return _check("arithmetic_recomputed", wrong)


def own_records_only(view: View) -> Check:
    """Every order that was written belongs to the run's customer."""
    others = (
        f"{order_id} belongs to another customer"
        for write in _read(view)["writes"]
        for order_id, order in write["after"]["orders"].items()
        if order["user_id"] != view.run["user_id"]
    )
    return _check("own_records_only", others)


CHECKS: Mapping[str, Callable[[View], Check]] = {
    "writes_match_steps": writes_match_steps,
    "arithmetic_recomputed": arithmetic_recomputed,
    "own_records_only": own_records_only,
}
"""The checks that this workflow adds to Tollway's own, by the names that its contract uses."""
MAKERS: Mapping[str, type[StrictModel]] = {"all_asked_for": AllAskedFor}
"""Those with parameters, which the contract gives."""


def _unmatched(view: View) -> Iterator[str]:
    logged = {w["idempotency_key"]: w for w in _read(view)["writes"] if w["error"] is None}
    done = {
        (step["call_id"] or "").rpartition(".")[0]: step
        for step in view.run["plan"]
        if step["status"] == "done" and step["tool"] in WRITES
    }
    for key in sorted(logged.keys() - done.keys()):
        yield f"the store has a write {key} that no step asked for"
    for key, step in done.items():
        if key not in logged:
            yield f"{step['tool']} is not in the store's log"
        elif orjson.loads(view.evidence(step["result_hash"] or "")) != logged[key]["result"]:
            yield f"{step['tool']} was answered otherwise than the store logged it"


def _read(view: View) -> Mapping[str, Any]:
    """What the retriever `own_writes` brought; nothing when no write was done."""
    for piece in view.run["evidence"]:
        if piece["kind"] == "write":
            read: Mapping[str, Any] = orjson.loads(view.evidence(piece["content_hash"]))
            return read
    return {"writes": [], "prices_cents": {}}


def _check(name: str, problems: Iterator[str]) -> Check:
    found = list(problems)
    return {"name": name, "passed": not found, "detail": found[0] if found else "holds"}
