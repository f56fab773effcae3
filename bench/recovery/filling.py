"""Filling a ledger through the production writer: valid blocks, snapshots when they are due.

What is left is the longest fold: a snapshot of all entries, and after it nearly as many blocks as
make the next one due.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from bench.errors import InvalidMeasurement
from bench.recovery.entries import UNIT, Entries
from streams.adapters.log import ChainedLog
from streams.adapters.parts import Limits
from streams.core.draft import Draft
from streams.core.inputs import local
from streams.core.writer import Sealed, Writer

LIMITS = Limits()
DUE, NEARLY_DUE = 1.001, 0.97
IN_FLIGHT = 8
UNITS_A_BLOCK = 16
DECISIONS_A_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Filled:
    """One partition's ledger: what a fold of it has to read."""

    entries: int
    snapshot_bytes: int
    bytes_since_snapshot: int


@dataclass(slots=True)
class Filling:
    """Fills one partition."""

    log: ChainedLog
    partition: int
    workspace: str
    writer: Writer = field(init=False)

    async def fill(self, entries: int) -> Filled:
        """Make so many entries, then decide on them as long as it takes."""
        folded = await self.log.fold(self.partition)
        self.writer = Writer(folded.fold, "filling", folded.end_offset)
        made = Entries(self.workspace, time.time_ns() // 1_000_000)
        for _ in range(max(1, round(entries / UNIT / UNITS_A_BLOCK))):
            block = [draft for _ in range(UNITS_A_BLOCK) for draft in self._unit(made)]
            await self._append([self.writer.seal(block, made.now_ms)])
            await self._snapshot_when_due(made.now_ms)
        await self._churn(made, DUE)
        await self._snapshot_when_due(made.now_ms)
        await self._churn(made, NEARLY_DUE)
        fold = self.writer.fold
        return Filled(len(fold.tables), fold.snapshot_bytes, fold.bytes_since_snapshot)

    async def _churn(self, made: Entries, share: float) -> None:
        """Decisions that leave as many entries as there were, until a snapshot is due so far."""
        enough_bytes = share * self.writer.due_bytes(LIMITS.bytes_between_snapshots)
        units = cycle(range(1, made.units + 1))
        while self.writer.fold.bytes_since_snapshot < enough_bytes:
            await self._append([self._renewed(made, units) for _ in range(IN_FLIGHT)])

    def _renewed(self, made: Entries, units: Iterator[int]) -> Sealed:
        some = islice(units, DECISIONS_A_BLOCK)
        drafts = [self._noted(made.renew(self._draft(), unit)) for unit in some]
        return self.writer.seal(drafts, made.now_ms)

    async def _snapshot_when_due(self, now_ms: int) -> None:
        if self.writer.snapshot_due(LIMITS.bytes_between_snapshots):
            await self._append(self.writer.seal_snapshot(now_ms))

    async def _append(self, blocks: Sequence[Sealed]) -> None:
        acks = [await self.log.append(self.partition, block.value) for block in blocks]
        for block, metadata in zip(blocks, await asyncio.gather(*acks), strict=True):
            if not self.writer.acknowledge(block, metadata.offset):
                raise InvalidMeasurement(f"somebody else writes partition {self.partition}")
            self.writer.forwarded_through = metadata.offset

    def _unit(self, made: Entries) -> list[Draft]:
        return [self._noted(draft) for draft in made.put_unit(self._drafts())]

    def _drafts(self) -> Iterator[Draft]:
        while True:
            yield self._draft()

    def _draft(self) -> Draft:
        return Draft(self.log.codec, local("filling"), self.writer.fold.tables)

    def _noted(self, draft: Draft) -> Draft:
        self.writer.fold.note(draft.seal())
        return draft
