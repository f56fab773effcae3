"""A timer fires at most once, however many ticks there were for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.invariants.base import Invariant
from simulation.invariants.timers_never_early import FIRED
from simulation.witness import Decided
from streams.core import tables

if TYPE_CHECKING:
    from simulation.world import World


class TimersOnce(Invariant):
    """Knows a timer by its run, its time, and what the run waited for."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._fired: set[tuple[Any, ...]] = set()

    def decided(self, seen: Decided) -> None:
        """Never a second time."""
        if seen.decision["rule"] not in FIRED:
            return
        key = tables.key(seen.decision["workspace"], seen.decision["run_id"])
        entry = seen.before[tables.RUNS, key]
        waits_for = entry["pending"]["call_id"] if entry["pending"] else entry["next_attempt"]
        asks = entry["question"] and entry["question"]["approval_id"]
        timer = (key, entry["due_at_ms"], entry["run"] and entry["run"]["calls"], waits_for, asks)
        self.demand(timer not in self._fired, f"{timer} fired twice")
        self._fired.add(timer)
