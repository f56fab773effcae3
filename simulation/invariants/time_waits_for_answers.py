"""Time waits for the stream: an answer that was there before the deadline always wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided, Landed
from streams.core import tables

if TYPE_CHECKING:
    from simulation.world import World


class TimeWaitsForAnswers(Invariant):
    """Remembers when answers landed. Workers' clocks may be ahead by what the world allows."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._landed_at_ms: dict[str, int] = {}

    def landed(self, seen: Landed) -> None:
        """An answer is there."""
        if seen.topic == "call.results":
            result = self.world.codec.decode("call_result", seen.record.value)
            self._landed_at_ms.setdefault(result["call_id"], seen.at_ms)

    def decided(self, seen: Decided) -> None:
        """A call is given up: no answer was there in time."""
        if seen.decision["rule"] != "timer.unheard":
            return
        key = tables.key(seen.decision["workspace"], seen.decision["run_id"])
        entry = seen.before[tables.RUNS, key]
        call_id, due_at_ms = entry["pending"]["call_id"], entry["due_at_ms"]
        landed_at_ms = self._landed_at_ms.get(call_id, due_at_ms)
        early_ms = due_at_ms - self.world.clocks_differ_ms - landed_at_ms
        self.demand(early_ms <= 0, f"{call_id} was given up, and answered {early_ms} ms in time")
