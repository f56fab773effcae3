"""What becomes of a question by a person's decision is by one who may decide it, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from simulation.invariants.base import Invariant
from simulation.people import counts
from simulation.reading import decision_of, news_of
from simulation.witness import Decided

if TYPE_CHECKING:
    from schemas.records import Approval, ApprovalDecision
    from simulation.world import World

ENDS_WITH = {
    "agreed": "approve",
    "granted": "approve",
    "denied": "deny",
    "happened": "happened",
    "never_happened": "never_happened",
}
"""By what becomes of a question, the verdict that it takes."""


class OnlyTheRightPeopleDecide(Invariant):
    """Holds what is said of a question against the decision as it came."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._counted: set[str] = set()

    def decided(self, seen: Decided) -> None:
        """By the decision that was taken in, and by no other."""
        decision = decision_of(self.world, seen)
        for said in news_of(self.world, seen):
            if said["status"] in ENDS_WITH:
                self.demand(decision is not None, f"{said['approval_id']} {said['status']} by none")
                self._check(said, cast("ApprovalDecision", decision))

    def _check(self, said: Approval, decision: ApprovalDecision) -> None:
        question, what = said["question"], f"{said['approval_id']} is {said['status']}"
        right = question is not None and counts(question, decision)
        self.demand(right, f"{what} by {decision}, which does not count")
        about = decision["approval_id"] == said["approval_id"]
        fits = decision["verdict"] == ENDS_WITH[said["status"]]
        self.demand(about and fits, f"{what} by {decision}, which says something else")
        first = decision["decision_id"] not in self._counted
        self.demand(first, f"{decision['decision_id']} counts twice")
        self._counted.add(decision["decision_id"])
