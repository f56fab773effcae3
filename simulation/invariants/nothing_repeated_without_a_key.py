"""A write whose tool does not enforce the idempotency key is never done a second time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.world import World


class NothingRepeatedWithoutAKey(Invariant):
    """Counts acts by intended effect."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._acts: Counter[str] = Counter()

    def acted(self, call: Call, billed_usd_micros: int) -> None:  # noqa: ARG002
        """Once for each effect, over all attempts."""
        if not self.world.flow.call_types[call["kind"], call["name"]].repeatable:
            key = call["idempotency_key"]
            self._acts[key] += 1
            self.demand(self._acts[key] == 1, f"{call['name']} {key} was done twice")
