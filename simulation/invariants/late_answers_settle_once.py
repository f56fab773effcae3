"""A call is reserved once, settled once and corrected at most once, and then as it was answered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided

if TYPE_CHECKING:
    from simulation.world import World


class LateAnswersSettleOnce(Invariant):
    """Follows the money of every call, and what came back for it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._amounts: dict[tuple[str, str], int] = {}
        self._late: dict[str, int] = {}
        self._answers: Counter[str] = Counter()

    def decided(self, seen: Decided) -> None:
        """Each movement once, in this order."""
        for entry in seen.decision["spend"]:
            call_id, kind = entry["call_id"], entry["entry"]
            self.demand((kind, call_id) not in self._amounts, f"a second {kind} of {call_id}")
            before = {"settle": "reserve", "correct": "settle", "violation": "settle"}.get(kind)
            first = before is None or (before, call_id) in self._amounts
            self.demand(first, f"a {kind} of {call_id} before its {before}")
            self._amounts[kind, call_id] = entry["amount_usd_micros"]
        if seen.decision["rule"] == "answer.late":
            self._answered_late(seen)

    def _answered_late(self, seen: Decided) -> None:
        record = self.world.topics["call.results"][seen.decision["input_offset"]]
        result = self.world.codec.decode("call_result", record.value)
        call_id = result["call_id"]
        self._answers[call_id] += 1
        self.demand(self._answers[call_id] == 1, f"two late answers of {call_id} were taken in")
        if result["status"] != "in_doubt":
            self._late[call_id] = result["cost_usd_micros"]

    async def at_the_end(self) -> None:
        """All that was reserved is settled, and what came late counts."""
        reserved = {call_id for kind, call_id in self._amounts if kind == "reserve"}
        settled = {call_id for kind, call_id in self._amounts if kind == "settle"}
        self.demand(reserved == settled, f"not settled: {reserved - settled}")
        for call_id, cost in self._late.items():
            more = [self._amounts.get((kind, call_id)) for kind in ("correct", "violation")]
            added = [amount for amount in more if amount is not None]
            self.demand(len(added) == 1, f"{call_id} was answered late and is not corrected")
            counted = self._amounts["settle", call_id] + sum(added)
            self.demand(counted == cost, f"{call_id} cost {cost}, and {counted} are counted")
