"""A chained stream on Kafka: append a block to one partition, fold one partition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer, TopicPartition

from schemas.codec import Codec
from streams.adapters.clients import new_reader
from streams.core.chain import NOWHERE
from streams.core.fold import Fold
from streams.core.folding import Folder, start_offset
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer
    from aiokafka.structs import RecordMetadata

    from schemas.records import LedgerBlock

FOLDS_AT_A_TIME = 2
"""One is decoded while the other is fetched; so the first partitions go on long before the last,
and what is fetched takes little memory."""


def new_room() -> asyncio.Semaphore:
    """Room for the folds of one process."""
    return asyncio.Semaphore(FOLDS_AT_A_TIME)


@dataclass(frozen=True, slots=True)
class Folded:
    """A fold, the end of the stream when it was read, and blocks not known to be forwarded."""

    fold: Fold
    end_offset: int
    unforwarded: Sequence[tuple[int, LedgerBlock]]


@dataclass(frozen=True, slots=True)
class ChainedLog:
    """The ledger or a pool's journal."""

    settings: Settings
    codec: Codec
    producer: AIOKafkaProducer
    stream: str
    _room: asyncio.Semaphore = field(init=False, default_factory=new_room)

    @property
    def topic(self) -> str:
        """The stream's topic on the broker."""
        return self.settings.topic_prefix + self.stream

    @property
    def folds_wait(self) -> bool:
        """Whether as many partitions of this process are being read as may be at a time."""
        return self._room.locked()

    async def append(self, partition: int, value: bytes) -> asyncio.Future[RecordMetadata]:
        """Send a block; the future gives the offset that Kafka acknowledged."""
        ack: asyncio.Future[RecordMetadata]
        ack = await self.producer.send(self.topic, value, partition=partition)
        return ack

    async def fold(self, partition: int) -> Folded:
        """Read the partition to its present end. Raises ChainBroken when that cannot be done."""
        async with self._room:
            reader = new_reader(self.settings, f"fold-{self.stream}-{partition}")
            await reader.start()
            try:
                return await self._fold(reader, TopicPartition(self.topic, partition))
            finally:
                await reader.stop()

    async def _fold(self, reader: AIOKafkaConsumer, tp: TopicPartition) -> Folded:
        reader.assign([tp])
        first = (await reader.beginning_offsets([tp]))[tp]
        end = (await reader.end_offsets([tp]))[tp]
        named = await self._named_snapshot(reader, tp, first, end)
        folder = Folder(self.codec, from_snapshot=named != NOWHERE)
        start = start_offset(named, first)
        async for offset, value in _records(reader, tp, start, end):
            folder.feed(offset, value)
            await asyncio.sleep(0)  # other partitions decide, and the process answers, meanwhile
        return Folded(folder.fold, end, folder.unforwarded)

    async def _named_snapshot(
        self, reader: AIOKafkaConsumer, tp: TopicPartition, first: int, end: int
    ) -> int:
        """The snapshot that the stream's last block names."""
        async for _, value in _records(reader, tp, max(first, end - 1), end):
            return int(self.codec.decode("ledger_block", value)["snapshot_offset"])
        return NOWHERE


async def _records(
    reader: AIOKafkaConsumer, tp: TopicPartition, start: int, end: int
) -> AsyncIterator[tuple[int, bytes]]:
    """Offset and value of the records from `start` up to `end`, which is not read."""
    reader.seek(tp, start)
    at = start
    while at < end:
        for record in (await reader.getmany(tp, timeout_ms=1000)).get(tp, []):
            at = record.offset + 1
            if record.offset < end:
                yield record.offset, record.value
