"""Kafka as a source: readers without a group, which leave no trace on the broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import SettingError
from streams.adapters.clients import new_reader
from streams.settings import Settings
from streams.sources.record import Held, SourceRecord

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

FETCH_WAIT_MS = 200
"""Readers of the past are in no hurry, and each look at all partitions costs."""


@dataclass(frozen=True, slots=True)
class KafkaSource:
    """Reads the settings' broker. Readers are kept for the next read; `close` ends them."""

    settings: Settings
    _idle: list[AIOKafkaConsumer] = field(default_factory=list)

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a logical topic."""
        async with self._reader() as reader:
            return (await partitions_by_topic(reader)).get(self._named(topic), [])

    async def held(self, topic: str, partition: int) -> Held:
        """Which offsets the broker holds now."""
        async with self._reader() as reader:
            return await _held(reader, TopicPartition(self._named(topic), partition))

    async def read(
        self, topic: str, partition: int, from_offset: int = 0
    ) -> AsyncIterator[SourceRecord]:
        """The records from an offset on, up to the present end."""
        at = TopicPartition(self._named(topic), partition)
        async with self._reader() as reader:
            first, end = await _held(reader, at)
            if max(first, from_offset) >= end:
                return
            reader.assign([at])
            reader.seek(at, max(first, from_offset))
            while await reader.position(at) < end:
                fetched = await reader.getmany(at, timeout_ms=1000)
                for record in fetched.get(at, ()):
                    if record.offset < end:
                        yield source_record(topic, record)

    async def close(self) -> None:
        """End the readers."""
        while self._idle:
            await self._idle.pop().stop()

    def _named(self, topic: str) -> str:
        return self.settings.topic_prefix + topic

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A reader of one's own, so that reads do not disturb each other."""
        reader = self._idle.pop() if self._idle else await started_reader(self.settings, "source")
        try:
            yield reader
        finally:
            # Not `unsubscribe`: on Kafka, aiokafka does not end a reader that was.
            reader.pause(*reader.assignment())
            self._idle.append(reader)


async def started_reader(settings: Settings, name: str) -> AIOKafkaConsumer:
    """A reader that has found its broker. Raises SettingError when there is none."""
    reader = new_reader(settings, name, FETCH_WAIT_MS)
    try:
        await reader.start()
    except KafkaError as error:
        await reader.stop()
        raise SettingError(
            f"TOLLWAY_BOOTSTRAP_SERVERS={settings.bootstrap_servers}: no broker answers ({error}); "
            "start one with 'tollway broker start', or name another, or read an export"
        ) from error
    return reader


async def partitions_by_topic(reader: AIOKafkaConsumer) -> dict[str, list[int]]:
    """The partitions of every topic on the broker, asked anew.

    A reader's public methods know only the partitions of topics that it reads already.
    """
    cluster = await reader._client.fetch_all_metadata()  # noqa: SLF001  aiokafka is pinned
    return {name: sorted(cluster.partitions_for_topic(name) or ()) for name in cluster.topics()}


def source_record(topic: str, record: ConsumerRecord) -> SourceRecord:
    """A fetched record of logical topic `topic`."""
    return SourceRecord(
        topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple(record.headers),
    )


async def _held(reader: AIOKafkaConsumer, at: TopicPartition) -> Held:
    first = (await reader.beginning_offsets([at]))[at]
    end = (await reader.end_offsets([at]))[at]
    return Held(first, end)
