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
        evidence = rows("ledger", tables.EVIDENCE)
        self.demand(not evidence, f"evidence is left: {list(evidence)}")
        paused = rows("ledger", tables.PAUSED)
        self.demand(not paused, f"runs are still on the list of paused ones: {paused}")
        self._only_doubts_are_left()
        for stream in self.world.witness.streams:
            self.demand(not rows(stream, tables.CLAIMS), f"{stream} has open claims")

    def _only_doubts_are_left(self) -> None:
        """Of the calls that were settled unheard of, only a bill may still say what they cost."""
        results = [
            self.world.codec.decode("call_result", record.value)
            for record in self.world.topics["call.results"]
        ]
        known = {result["call_id"] for result in results if result["status"] != "in_doubt"}
        for key, entry in self.world.witness.rows("ledger", tables.OVERDUE).items():
            self.demand(entry["call_id"] not in known, f"{key} was answered and still is overdue")
