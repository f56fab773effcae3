"""Every intake event gets exactly one outcome, however often it came."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided

if TYPE_CHECKING:
    from simulation.world import World


class OneOutcome(Invariant):
    """Counts outcomes as they are decided."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._outcomes: Counter[str] = Counter()

    def decided(self, seen: Decided) -> None:
        """Never a second one."""
        for emit in seen.decision["emits"]:
            if emit["topic"] == "outcomes":
                event_id = self.world.codec.decode("outcome", emit["value"])["event_id"]
                self._outcomes[event_id] += 1
                self.demand(self._outcomes[event_id] == 1, f"{event_id} has a second outcome")

    async def at_the_end(self) -> None:
        """Never none."""
        events = {f"e-{number}" for number in range(len(self.world.events))}
        self.demand(self._outcomes.keys() == events, f"without: {events - self._outcomes.keys()}")
