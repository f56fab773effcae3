"""What invariants read in a decision: the calls it emits, what became of questions, its input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from streams.core.approvals.decisions import DECIDED
from streams.core.approvals.questions import QUESTIONS

if TYPE_CHECKING:
    from schemas.records import Approval, ApprovalDecision, Call
    from simulation.witness import Decided
    from simulation.world import World


def calls_of(world: World, seen: Decided) -> Iterator[Call]:
    """The calls that it emits."""
    for emit in seen.decision["emits"]:
        if emit["topic"].startswith("calls."):
            yield cast("Call", world.codec.decode("call", emit["value"]))


def news_of(world: World, seen: Decided) -> Iterator[Approval]:
    """What it says of questions to people."""
    for emit in seen.decision["emits"]:
        if emit["topic"] == QUESTIONS:
            yield cast("Approval", world.codec.decode("approval", emit["value"]))


def decision_of(world: World, seen: Decided) -> ApprovalDecision | None:
    """The person's decision that it takes in, if it does."""
    if seen.decision["input_topic"] != DECIDED:
        return None
    record = world.topics[DECIDED][seen.decision["input_offset"]]
    return cast("ApprovalDecision", world.codec.decode("approval_decision", record.value))


def call_number(call_id: str) -> str:
    """The call without the number of its attempt."""
    return call_id.rpartition(".")[0]
