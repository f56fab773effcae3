"""A call is acted on at most once, whatever happens to its pool."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.world import World


class OneActPerClaim(Invariant):
    """Counts acts by call."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._acts: Counter[str] = Counter()

    def acted(self, call: Call, billed_usd_micros: int) -> None:  # noqa: ARG002
        """Once."""
        self._acts[call["call_id"]] += 1
        self.demand(self._acts[call["call_id"]] == 1, f"{call['call_id']} was done twice")
