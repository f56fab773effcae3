"""A timer fires by the clock of its worker, and only while it stands."""

from __future__ import annotations

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables

FIRED = frozenset(
    {
        "timer.unheard",
        "timer.retry",
        "timer.resumed",
        "timer.forgotten",
        "timer.escalated",
        "timer.expired",
    }
)


class TimersNeverEarly(Invariant):
    """Holds the block's time against the run's entry as it was."""

    def decided(self, seen: Decided) -> None:
        """Due, and the one that the tick was for."""
        if seen.decision["rule"] not in FIRED:
            return
        key = tables.key(seen.decision["workspace"], seen.decision["run_id"])
        entry = seen.before.get((tables.RUNS, key))
        due_at_ms = 0 if entry is None else entry["due_at_ms"]
        self.demand(due_at_ms > 0, f"{key} had no timer")
        late_ms = seen.block["decided_at_ms"] - due_at_ms
        self.demand(late_ms >= 0, f"{key}: {seen.decision['rule']} {-late_ms} ms early")
