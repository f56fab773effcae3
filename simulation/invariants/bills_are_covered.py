"""What was billed for a call is never more than what the ledger counts for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.world import World


class BillsAreCovered(Invariant):
    """Counts both by call: reserved before, settled or corrected after."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._counted: Counter[str] = Counter()
        self._billed: Counter[str] = Counter()

    def decided(self, seen: Decided) -> None:
        """The ledger counts something else for a call from now on."""
        for entry in seen.decision["spend"]:
            call_id, amount = entry["call_id"], entry["amount_usd_micros"]
            before = self._counted[call_id] if entry["entry"] == "correct" else 0
            self._counted[call_id] = before + amount
            self._compare(call_id)

    def acted(self, call: Call, billed_usd_micros: int) -> None:
        """It was billed."""
        self._billed[call["call_id"]] += billed_usd_micros
        self._compare(call["call_id"])

    def _compare(self, call_id: str) -> None:
        billed, counted = self._billed[call_id], self._counted[call_id]
        self.demand(billed <= counted, f"{call_id} was billed {billed}, counted are {counted}")
