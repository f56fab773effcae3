"""Checks before a write, for the state that makes it: stop it, read for it, or let it be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson

from agents.checks.before import READ, MustRead, Proposed, problem
from agents.runs import verdict
from agents.runs.evidence import kept
from agents.runs.handles import resolved
from streams.core.states import Absorbed, Answer, Ask, View

if TYPE_CHECKING:
    from schemas.records import PlanStep, RunState


@dataclass(frozen=True, slots=True)
class Stopped:
    """A write that is not made. `why` begins with the name of the check."""

    why: str


Next = Literal["act", "read", "verdict"]
"""What comes first: the step itself, reading what its checks need, or a verifier's verdict."""


def first(view: View, run: RunState, step: PlanStep, state: str) -> Next | Stopped:
    """What comes before the step, or why it is not made.

    Nothing stops a step before the records were read for it: what is kept may be out of date. A
    verifier model is asked only about what the checks by code let pass.
    """
    call_type = view.workflow.call_types.get(("tool", step["tool"]))
    if call_type is None or call_type.reads:
        return "act"
    found = _checked(view, run, step, state)
    if found is not None:
        return found
    if verdict.asks(view, run, state):
        return "verdict"
    disagrees = verdict.disagreement(view, run, state)
    return Stopped(disagrees) if disagrees else "act"


def _checked(
    view: View, run: RunState, step: PlanStep, state: str
) -> Literal["read"] | Stopped | None:
    policy, number = view.policy(state), run["plan"].index(step) + 1
    if not policy.checks_before:
        return None
    arguments, provenance = resolved(view, orjson.loads(step["arguments_json"]))
    if provenance.broken:
        return None  # the gate refuses it
    earlier = tuple(run["plan"][: number - 1])
    fresh = not policy.retrievers or _mark(run, number) in {
        piece["id"] for piece in run["evidence"]
    }
    try:
        proposed = Proposed(number, step["tool"], arguments, earlier, fresh, view)
        found = problem(proposed, policy.checks_before)
    except MustRead:
        return "read"
    if found is None:
        return None
    return Stopped(found) if fresh else "read"


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
    return kept(run, [*pieces, (_mark(run, number), READ, b"")], answer.payload_hash)


def _mark(run: RunState, number: int) -> str:
    return f"read:step:{len(run['remedies'])}:{number}"
