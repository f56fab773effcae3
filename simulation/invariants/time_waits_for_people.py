"""Time waits for people: a decision that was there before the question expired always wins."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from simulation.invariants.base import Invariant
from simulation.people import counts
from simulation.witness import Decided, Landed
from streams.core import tables
from streams.core.approvals.decisions import DECIDED

if TYPE_CHECKING:
    from schemas.records import ApprovalDecision, ApprovalQuestion
    from simulation.world import World


class TimeWaitsForPeople(Invariant):
    """Remembers when decisions landed. Workers' clocks may be ahead by what the world allows."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._landed: defaultdict[str, list[tuple[int, ApprovalDecision]]] = defaultdict(list)

    def landed(self, seen: Landed) -> None:
        """A decision is there."""
        if seen.topic == DECIDED:
            record = self.world.codec.decode("approval_decision", seen.record.value)
            self._landed[record["approval_id"]].append(
                (seen.at_ms, cast("ApprovalDecision", record))
            )

    def decided(self, seen: Decided) -> None:
        """A question has expired: no decision that ends it was there in time."""
        if seen.decision["rule"] != "timer.expired":
            return
        key = tables.key(seen.decision["workspace"], seen.decision["run_id"])
        question: ApprovalQuestion = seen.before[tables.RUNS, key]["question"]
        latest_ms = question["expires_at_ms"] - self.world.clocks_differ_ms
        early = [
            decision["decision_id"]
            for at_ms, decision in self._landed[question["approval_id"]]
            if at_ms < latest_ms and _ends(question, decision)
        ]
        self.demand(not early, f"{question['approval_id']} has expired, and {early} were in time")


def _ends(question: ApprovalQuestion, decision: ApprovalDecision) -> bool:
    """Whether it would end the question by itself, even before others were asked as well."""
    first_asked: ApprovalQuestion = {**question, "roles": question["roles"][:1]}
    alone = question["people"] == 1 or decision["verdict"] != "approve"
    return alone and counts(first_asked, decision)
