"""Every record is decided once, whatever copies of it there are, and none is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.invariants.base import Invariant
from simulation.process import POOLS
from simulation.witness import Decided, placed
from streams.core.control.commands import COMMANDS
from streams.core.graph import GRAPH, state_topic
from streams.core.inputs import LOCAL
from streams.core.pausing import WAKES
from streams.core.slices.messages import ARRIVED
from streams.core.ticks import TICKS

if TYPE_CHECKING:
    from simulation.world import World

DECIDED_ON = (
    "call.results",
    "approvals.decided",
    COMMANDS,
    WAKES,
    ARRIVED,
    TICKS,
    *(state_topic(state) for state in GRAPH),
    *(f"calls.{kind}" for kind in POOLS),
)


class InputsDecidedOnce(Invariant):
    """Knows an input by its topic and the place that emitted it, or else by its offset."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._decided: set[tuple[str, Any]] = set()

    def decided(self, seen: Decided) -> None:
        """Never a second time."""
        topic, place = seen.decision["input_topic"], seen.decision["input_place"]
        if topic == LOCAL:
            return
        identity = (topic, seen.decision["input_offset"] if place is None else (*place.values(),))
        self.demand(identity not in self._decided, f"decided again: {identity}")
        self._decided.add(identity)

    async def at_the_end(self) -> None:
        """None is left."""
        there = {
            (topic, placed(record) or offset)
            for topic in DECIDED_ON
            for offset, record in enumerate(self.world.topics[topic])
        }
        self.demand(there == self._decided, f"not decided: {there ^ self._decided}")
