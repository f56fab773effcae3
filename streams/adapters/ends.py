"""Where topics end now, asked of the broker: independent of what feeds the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.adapters.clients import new_reader
from streams.settings import Settings


class Ends:
    """Reads end offsets, for all of a process. Use as a context manager."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._prefix = settings.topic_prefix
        self._reader: AIOKafkaConsumer = new_reader(settings, f"{name}-ends")

    async def __aenter__(self) -> Self:
        await self._reader.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._reader.stop()

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record of a logical topic will have."""
        tp = TopicPartition(self._prefix + topic, partition)
        return (await self.of([tp]))[tp]

    async def of(self, tps: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The same of several partitions, named as on the broker."""
        ends: Mapping[TopicPartition, int] = await self._reader.end_offsets(tps)
        return ends
