"""A call that needs a person leaves only with a grant for exactly its arguments, while it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import orjson

from simulation.invariants.base import Invariant
from simulation.people import STANDS_IN, counts, who_decides
from simulation.reading import call_number, calls_of, decision_of, news_of
from simulation.witness import Decided
from streams.core.hashing import content_hash

if TYPE_CHECKING:
    from schemas.records import ApprovalQuestion, Call
    from simulation.world import World

Needs = Callable[[str, str], bool]
NEEDS: Mapping[str, tuple[int, Needs]] = {
    "pays": (1, lambda tool, _: tool == "pay"),
    "large": (2, lambda tool, text: tool in {"pay", "send"} and text == "large"),
}
"""By rule of the contract, how many people must agree, and to which calls."""


class ApprovedCallsOnly(Invariant):
    """Counts for itself who has agreed to what, from the decisions as they came."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._open: dict[str, ApprovalQuestion] = {}
        self._agreed: defaultdict[str, set[str]] = defaultdict(set)
        self._granted: dict[str, tuple[ApprovalQuestion, int]] = {}

    def decided(self, seen: Decided) -> None:
        """Somebody may have agreed, and calls may leave."""
        self._take(seen)
        for call in calls_of(self.world, seen):
            if call["kind"] == "tool":
                self._check(call, seen.block["decided_at_ms"])
        for said in news_of(self.world, seen):
            if said["question"] is not None:
                self._open[said["approval_id"]] = said["question"]
            if said["status"] not in {"asked", "agreed", "escalated", "refused"}:
                del self._open[said["approval_id"]]

    def _take(self, seen: Decided) -> None:
        decision = decision_of(self.world, seen)
        question = self._open.get(decision["approval_id"]) if decision else None
        if decision is None or question is None or not counts(question, decision):
            return
        who = {decision["approver"], who_decides(question, decision)}
        agreed = self._agreed[question["approval_id"]]
        if decision["verdict"] == "approve" and not who & agreed:
            agreed |= who
            self._yes(question, seen.block["decided_at_ms"])

    def _yes(self, question: ApprovalQuestion, now_ms: int) -> None:
        if question["kind"] != "call":
            return
        people, _ = NEEDS[question["rule"]]
        agreed = self._agreed[question["approval_id"]]
        if len(agreed - {*STANDS_IN}) >= people:
            runs_for_ms = question["expires_at_ms"] - question["asked_at_ms"]
            self._granted[question["approval_id"]] = question, now_ms + runs_for_ms

    def _check(self, call: Call, now_ms: int) -> None:
        call_type = self.world.flow.call_types["tool", call["name"]]
        text = orjson.loads(call_type.readable(call["arguments"]))["text"]
        for rule, (_, needs) in NEEDS.items():
            if needs(call["name"], text):
                granted = any(
                    _for(question, rule, call) and now_ms < until_ms
                    for question, until_ms in self._granted.values()
                )
                self.demand(granted, f"{call['name']} {call['call_id']} without a grant of {rule}")


def _for(question: ApprovalQuestion, rule: str, call: Call) -> bool:
    """Whether the question was about this call."""
    same_call = call_number(question["call_id"]) == call_number(call["call_id"])
    same = question["arguments_hash"] == content_hash(call["arguments"])
    return question["rule"] == rule and question["name"] == call["name"] and same_call and same
