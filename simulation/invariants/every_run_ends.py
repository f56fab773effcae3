"""Every run ends, and then nothing is held for it any more."""

from __future__ import annotations

from simulation.invariants.base import Invariant
from streams.core import tables


class EveryRunEnds(Invariant):
    """Looks at what is left in the tables. Healing says when they do not come to rest."""

    async def at_the_end(self) -> None:
        """Runs are over, money is free, and no claim or late answer is waited for."""
        rows = self.world.witness.rows
        for key, run in rows("ledger", tables.RUNS).items():
            self.demand(run["phase"] == "finished", f"run {key} is {run['phase']}")
        for key, entry in rows("ledger", tables.BUDGET).items():
            self.demand(entry["reserved_usd_micros"] == 0, f"{key} still holds money")
        for table in (tables.EVIDENCE, tables.OVERDUE):
            self.demand(not rows("ledger", table), f"{table}: {list(rows('ledger', table))}")
        for stream in self.world.witness.streams:
            self.demand(not rows(stream, tables.CLAIMS), f"{stream} has open claims")
