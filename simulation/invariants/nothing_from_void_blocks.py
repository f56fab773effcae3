"""What valid blocks emit arrives as it is; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Landed, Place, placed
from streams.core.control.commands import COMMANDS
from streams.core.slices.messages import ARRIVED
from streams.core.ticks import TICKS

if TYPE_CHECKING:
    from simulation.world import World

FROM_ELSEWHERE = frozenset({"state.intake", "approvals.decided", COMMANDS, ARRIVED, TICKS})


class NothingFromVoidBlocks(Invariant):
    """Holds every copy against the block that it names."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._arrived: set[Place] = set()

    def landed(self, seen: Landed) -> None:
        """A valid block emits exactly this."""
        place = placed(seen.record)
        if place is None:
            self.demand(seen.topic in FROM_ELSEWHERE, f"{seen.topic} {seen.offset} has no place")
            return
        emitted = self.world.witness.streams[place[0]].emitted.get(place)
        same = emitted == (seen.topic, seen.record.value)
        self.demand(same, f"{seen.topic} {seen.offset} is not what a valid block emits at {place}")
        self._arrived.add(place)

    async def at_the_end(self) -> None:
        """All of it has arrived."""
        emitted = {p for stream in self.world.witness.streams.values() for p in stream.emitted}
        self.demand(emitted == self._arrived, f"never arrived: {emitted - self._arrived}")
