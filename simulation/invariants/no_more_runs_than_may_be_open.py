"""No run begins while as many are under way as may be."""

from __future__ import annotations

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables


class NoMoreRunsThanMayBeOpen(Invariant):
    """Counts the runs that go on before each decision on an intake event.

    One that waits for a person is carried on by nobody, and counts again afterwards.
    """

    def decided(self, seen: Decided) -> None:
        """One decision."""
        if seen.decision["input_topic"] != "state.intake":
            return
        entries = (entry for (table, _), entry in seen.before.items() if table == tables.RUNS)
        under_way = sum(entry["phase"] not in {"finished", "asking"} for entry in entries)
        self.demand(under_way < self.world.open_runs, f"{under_way} runs were open already")
