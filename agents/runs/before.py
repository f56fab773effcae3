"""Checks before a write, for the state that makes it: stop it, read for it, or let it be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from agents.checks.before import READ, MustRead, Proposed, problem
from agents.runs.evidence import kept
from streams.core.states import Absorbed, Answer, Ask, View

if TYPE_CHECKING:
    from schemas.records import PlanStep, RunState


def stopped_by(view: View, run: RunState, step: PlanStep, state: str) -> str | bool:
    """Why the step may not be made; else whether records have to be read first.

    Nothing stops a step before the records were read for it: what is kept may be out of date.
    """
    policy, number = view.policy(state), run["plan"].index(step) + 1
    call_type = view.workflow.call_types.get(("tool", step["tool"]))
    if not policy.checks_before or call_type is None or call_type.reads:
        return False
    arguments = orjson.loads(step["arguments_json"])
    earlier = tuple(run["plan"][: number - 1])
    fresh = not policy.retrievers or _mark(number) in {piece["id"] for piece in run["evidence"]}
    try:
        proposed = Proposed(number, step["tool"], arguments, earlier, fresh, view)
        found = problem(proposed, policy.checks_before)
    except MustRead:
        return True
    return found if fresh and found else found is not None


def records_for(view: View, arguments: Any, number: int) -> Ask:
    """Reads the customer's records that a step names, and what belongs to them."""
    policy = view.policy("execute")
    asked = {
        "user_id": view.run["user_id"],
        "query": orjson.dumps(arguments).decode(),
        "passages": 0,
    }
    return Ask("retrieval", policy.retrievers[0], asked, f"checks before step {number} of the plan")


def with_records(run: RunState, answer: Answer, number: int) -> Absorbed:
    """The run with what was read, marked as read for this step."""
    pieces = [(d["id"], d["kind"], d["content"].encode()) for d in answer.result["documents"]]
    return kept(run, [*pieces, (_mark(number), READ, b"")], answer.payload_hash)


def _mark(number: int) -> str:
    return f"read:step:{number}"
