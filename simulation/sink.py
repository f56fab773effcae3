"""The warehouse sink without its file: production's follower, batches and positions in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.source import MemorySource
from sinks.warehouse.decided import Row
from sinks.warehouse.follower import BEGINNING, Follower, resume
from sinks.warehouse.store import Batch, Position
from streams.sources.order import LEDGER

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import LedgerBlock
    from streams.sources.record import SourceRecord

Rows = dict[str, list[Row]]


@dataclass
class MemoryWarehouse:
    """Takes a batch whole or not at all."""

    rows: Rows = field(default_factory=dict)
    position: Position = BEGINNING

    def commit(self, batch: Batch) -> None:
        """Rows and position together."""
        for table, rows in batch.rows.items():
            self.rows.setdefault(table, []).extend(rows)
        self.position = batch.positions.get(0, self.position)


Told = dict[tuple[int, bytes], Rows]
"""What was told of a block, by its offset and its bytes."""


@dataclass(slots=True)
class RememberingFollower(Follower):
    """Production's, and a block that is read again is not told anew."""

    told: Told = field(default_factory=dict)

    def _tell(self, record: SourceRecord, block: LedgerBlock, batch: Batch) -> None:
        block_here = (record.offset, record.value or b"")
        if block_here not in self.told:
            alone = Batch()
            super(RememberingFollower, self)._tell(record, block, alone)
            self.told[block_here] = alone.rows
        for table, rows in self.told[block_here].items():
            for row in rows:
                batch.add(table, row)


@dataclass
class Sink:
    """Reads the ledger in pieces, commits when the world says, and may end in between.

    Sinks that share what was `told` tell each block once.
    """

    source: MemorySource
    codec: Codec
    told: Told = field(default_factory=dict)
    warehouse: MemoryWarehouse = field(default_factory=MemoryWarehouse)
    _follower: Follower | None = None
    _batch: Batch = field(default_factory=Batch)

    async def read(self, at_most: int) -> None:
        """Take the next blocks, starting where the warehouse stands."""
        if self._follower is None:
            self._follower = await self._resumed()
        taken = 0
        async for record in self.source.read(LEDGER, 0, self._follower.next_offset):
            if taken == at_most:
                return
            self._follower.take(record, self._batch)
            taken += 1

    def commit(self) -> None:
        """Commit what was read."""
        batch, self._batch = self._batch, Batch()
        self.warehouse.commit(batch)

    def crash(self) -> None:
        """What was read and not committed is gone."""
        self._follower, self._batch = None, Batch()

    async def _resumed(self) -> Follower:
        made = await resume(self.codec, self.source, 0, self.warehouse.position)
        stands = (made.chain, made.next_offset, made.void_blocks)
        return RememberingFollower(self.codec, 0, *stands, self.told)
