"""No run begins while as many are under way as may be."""

from __future__ import annotations

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables


class NoMoreRunsThanMayBeOpen(Invariant):
    """Counts the runs that neither have ended nor ask or pause, before each intake event."""

    def decided(self, seen: Decided) -> None:
        """One decision."""
        if seen.decision["input_topic"] != "state.intake":
            return
        entries = (entry for (table, _), entry in seen.before.items() if table == tables.RUNS)
        under_way = sum(entry["phase"] not in {"finished", "asking", "paused"} for entry in entries)
        self.demand(under_way < self.world.open_runs, f"{under_way} runs were open already")
