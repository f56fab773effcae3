"""The sink: follows the ledger from where the warehouse ends to where the source ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from schemas.codec import Codec
from sinks.warehouse.follower import BEGINNING, Follower, resume
from sinks.warehouse.store import Batch, Position, Warehouse
from streams.adapters.meter import Meter, sink_committed
from streams.sources.order import LEDGER
from streams.sources.record import RecordSource

T = TypeVar("T")
BATCH_ROWS = 20_000
IDLE_S = 0.5
"""Between two looks; it leaves readers time with the file."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class WarehouseSink:
    """Rows and positions are committed together, so it may be ended and started at any time."""

    source: RecordSource
    warehouse: Warehouse
    codec: Codec
    meter: Meter = field(default_factory=Meter)
    taken: int = 0
    _positions: dict[int, Position] | None = None
    _followers: dict[int, Follower] = field(default_factory=dict)
    _batch: Batch = field(default_factory=Batch)
    _working: asyncio.Future[Any] | None = None

    async def catch_up(self) -> int:
        """Take all blocks up to the present end; returns how many. Raises TollwayError."""
        before = self.taken
        for partition in await self.source.partitions(LEDGER):
            follower = await self._follower(partition)
            async for record in self.source.read(LEDGER, partition, follower.next_offset):
                follower.take(record, self._batch)
                self.taken += 1
                if self._batch.size >= BATCH_ROWS:
                    await self._commit()
        await self._commit()
        return self.taken - before

    async def follow(self) -> None:
        """Take blocks as they come until cancelled, then once more up to the end."""
        try:
            while True:
                await self.catch_up()
                await asyncio.sleep(IDLE_S)
        except asyncio.CancelledError:
            await self._last_catch_up()
            raise

    async def _last_catch_up(self) -> None:
        """Up to the end if the source still answers; what is missing then comes next time."""
        try:
            await self.catch_up()
        except Exception as error:  # noqa: BLE001  it is ending anyway
            log.warning("the warehouse ends before the end of its source: %s", error)

    async def _follower(self, partition: int) -> Follower:
        if self._positions is None:
            self._positions = await self._with_file(self.warehouse.prepare)
        if partition not in self._followers:
            position = self._positions.get(partition, BEGINNING)
            follower = await resume(self.codec, self.source, partition, position)
            self._followers[partition] = follower
        return self._followers[partition]

    async def _commit(self) -> None:
        if self._batch.positions:
            batch, self._batch = self._batch, Batch()
            started = time.monotonic()
            await self._with_file(partial(self.warehouse.commit, batch))
            await self._measure(batch, time.monotonic() - started)

    async def _measure(self, batch: Batch, seconds: float) -> None:
        rows = {table: len(added) for table, added in batch.rows.items()}
        held = [await self.source.held(LEDGER, partition) for partition in self._followers]
        taken = sum(follower.next_offset for follower in self._followers.values())
        lag_records = sum(each.end for each in held) - taken
        sink_committed(self.meter, "warehouse", rows, lag_records, seconds)

    async def _with_file(self, work: Callable[[], T]) -> T:
        """Work with the file in a thread, one thing after another.

        What has begun is finished first, even when whoever waited for it was cancelled.
        """
        if self._working is not None:
            await asyncio.shield(self._working)
        self._working = asyncio.ensure_future(asyncio.to_thread(work))
        result: T = await asyncio.shield(self._working)
        return result
