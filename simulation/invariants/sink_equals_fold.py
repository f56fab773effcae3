"""The warehouse equals the fold of the ledger, however often its sink ended in between."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.sink import Rows, Sink
from streams.core import tables

if TYPE_CHECKING:
    from simulation.world import World


class SinkEqualsFold(Invariant):
    """Compares what was committed with a sink that reads the same blocks and never ends."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._undisturbed = Sink(world.source, world.codec, world.sink.told)

    async def throughout(self) -> None:
        """At any time the warehouse holds what its position says, no more and no less."""
        await self._compare(self._undisturbed)

    async def at_the_end(self) -> None:
        """Read to the end, and told anew, its rows add up to the tables."""
        await self.world.sink.read(len(self.world.topics["ledger"]))
        self.world.sink.commit()
        await self._compare(Sink(self.world.source, self.world.codec))
        rows = self.world.sink.warehouse.rows
        self._outcomes(rows)
        self._balances(rows)

    async def _compare(self, undisturbed: Sink) -> None:
        warehouse = self.world.sink.warehouse
        behind = warehouse.position.next_offset - undisturbed.warehouse.position.next_offset
        await undisturbed.read(behind)
        undisturbed.commit()
        same = undisturbed.warehouse == warehouse
        self.demand(same, f"rows differ at offset {warehouse.position.next_offset}")

    def _outcomes(self, rows: Rows) -> None:
        ended = [row["run_id"] for row in rows.get("outcomes", [])]
        begun = [row["run_id"] for row in rows.get("run_starts", [])]
        self.demand(sorted(ended) == sorted(begun), "runs that began are not those that ended")
        remembered = self.world.witness.rows("ledger", tables.RUNS)
        forgotten = {key.split(tables.SEPARATOR)[1] for key in remembered} - {*ended}
        self.demand(not forgotten, f"no outcome in the warehouse: {forgotten}")

    def _balances(self, rows: Rows) -> None:
        spent: Counter[str] = Counter()
        for row in rows.get("spend", []):
            if row["entry"] != "reserve":
                spent.update(dict.fromkeys(row["accounts"], row["amount_usd_micros"]))
        for key, entry in self.world.witness.rows("ledger", tables.BUDGET).items():
            told = (spent[key], entry["spent_usd_micros"])
            self.demand(told[0] == told[1], f"{key} spent by warehouse and ledger: {told}")
