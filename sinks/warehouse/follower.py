"""One ledger partition on its way into the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import ChainBroken, RecordError, WarehouseUnavailable
from sinks.warehouse.rows import rows
from sinks.warehouse.store import Batch, Position
from streams.core.chain import GENESIS, NOWHERE, Chain
from streams.core.hashing import digest
from streams.sources.order import LEDGER
from streams.sources.record import RecordSource, SourceRecord

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

BEGINNING = Position(0, GENESIS, NOWHERE, 0)


@dataclass(slots=True)
class Follower:
    """Takes records in order, keeps the chain, tells valid blocks as rows; void ones it counts."""

    codec: Codec
    partition: int
    chain: Chain
    next_offset: int
    void_blocks: int

    def take(self, record: SourceRecord, batch: Batch) -> None:
        """Add a block's rows to the batch. Raises ChainBroken when it is not the next record."""
        if record.offset != self.next_offset:
            raise self._broken(record, f"offset {self.next_offset} was to come here")
        block = self._decoded(record)
        self.next_offset += 1
        if self.chain.extends(block):
            self.chain.advance(record.value or b"", record.offset)
            self._tell(record, block, batch)
        else:
            self.void_blocks += 1
        batch.positions[self.partition] = self.position

    def _tell(self, record: SourceRecord, block: LedgerBlock, batch: Batch) -> None:
        try:
            for table, row in rows(self.codec, self.partition, record.offset, block):
                batch.add(table, row)
        except RecordError as error:
            raise self._broken(record, f"what it emits does not decode: {error}") from error

    @property
    def position(self) -> Position:
        """Where it stands."""
        head, head_offset = self.chain.head, self.chain.head_offset
        return Position(self.next_offset, head, head_offset, self.void_blocks)

    def _decoded(self, record: SourceRecord) -> LedgerBlock:
        try:
            return cast("LedgerBlock", self.codec.decode("ledger_block", record.value))
        except RecordError as error:
            raise self._broken(record, f"it is no block: {error}") from error

    def _broken(self, record: SourceRecord, why: str) -> ChainBroken:
        where = f"{LEDGER}/{self.partition} offset {record.offset}"
        return ChainBroken(f"{where}: {why}; 'tollway audit verify' says more")


async def resume(
    codec: Codec, source: RecordSource, partition: int, position: Position
) -> Follower:
    """A follower that goes on from a position. Raises WarehouseUnavailable when it cannot."""
    held = await source.held(LEDGER, partition)
    if position.next_offset < held.first:
        raise WarehouseUnavailable(
            f"{LEDGER}/{partition} begins at offset {held.first} and the warehouse needs it from "
            f"{position.next_offset}: run 'tollway sink warehouse --export DIR' with an export"
        )
    if not await _has_head(source, partition, position):
        raise WarehouseUnavailable(
            f"{LEDGER}/{partition} is not the ledger that this warehouse was built from: it "
            f"differs at offset {position.head_offset}; delete the file, or give another --path"
        )
    chain = Chain(position.head, position.head_offset)
    return Follower(codec, partition, chain, position.next_offset, position.void_blocks)


async def _has_head(source: RecordSource, partition: int, position: Position) -> bool:
    """Whether the source has the same block at the head; one that it has dropped may be so."""
    held = await source.held(LEDGER, partition)
    if not held.first <= position.head_offset:
        return position.next_offset <= held.end
    async for record in source.read(LEDGER, partition, position.head_offset):
        return (
            record.offset == position.head_offset and digest(record.value or b"") == position.head
        )
    return False
