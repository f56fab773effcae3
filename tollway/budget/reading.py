"""The ledger read for its money: every decision that counts, in order, and the fold they make."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import ChainBroken
from streams.core.fold import Fold
from streams.sources.order import LEDGER
from streams.sources.record import RecordSource, SourceRecord

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, where it stands and when it was made."""

    partition: int
    offset: int
    index: int
    at_ms: int
    decision: Decision

    @property
    def place(self) -> str:
        """In words."""
        return f"{LEDGER}/{self.partition} offset {self.offset} index {self.index}"


@dataclass(slots=True)
class _Part:
    """How far one partition was read, and its tables there."""

    fold: Fold
    next_offset: int = 0


@dataclass(slots=True)
class LedgerReading:
    """Reads each partition up to the first block that was decided after `until_ms`."""

    source: RecordSource
    codec: Codec
    until_ms: int
    _parts: dict[int, _Part] = field(default_factory=dict)

    @property
    def folds(self) -> list[Fold]:
        """The partitions' tables as the last decision that was given left them."""
        return [part.fold for part in self._parts.values()]

    async def decisions(self) -> AsyncIterator[Decided]:
        """Decisions of valid blocks; called again, those that came since.

        Raises ChainBroken where a record is missing.
        """
        for partition in await self.source.partitions(LEDGER):
            part = self._parts.setdefault(partition, _Part(Fold(self.codec)))
            async for decided in self._partition(partition, part):
                yield decided

    async def _partition(self, partition: int, part: _Part) -> AsyncIterator[Decided]:
        fold = part.fold
        async for record in self.source.read(LEDGER, partition, part.next_offset):
            _refuse_gap(record, part.next_offset)
            block = block_of(self.codec, record)
            extends = fold.chain.extends(block)
            if extends and block["decided_at_ms"] > self.until_ms:
                return
            part.next_offset += 1
            if not extends:
                continue
            fold.extend(block, record.value or b"", record.offset)
            for index, decision in enumerate(block["decisions"]):
                fold.apply(decision)
                yield Decided(partition, record.offset, index, block["decided_at_ms"], decision)


async def last_decided_ms(source: RecordSource, codec: Codec) -> int:
    """When the last block of the ledger was decided; 0 for an empty ledger."""
    latest = 0
    for partition in await source.partitions(LEDGER):
        end = (await source.held(LEDGER, partition)).end
        async for record in source.read(LEDGER, partition, end - 1):
            latest = max(latest, block_of(codec, record)["decided_at_ms"])
    return latest


def now_ms() -> int:
    """The present, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def block_of(codec: Codec, record: SourceRecord) -> LedgerBlock:
    """The block in a record. Raises RecordError."""
    return cast("LedgerBlock", codec.decode("ledger_block", record.value))


def _refuse_gap(record: SourceRecord, expected: int) -> None:
    if record.offset != expected:
        raise ChainBroken(
            f"{LEDGER}/{record.partition} offset {record.offset}: offset {expected} was to come "
            "here, and money cannot be told from part of a ledger; 'tollway audit verify' says more"
        )
