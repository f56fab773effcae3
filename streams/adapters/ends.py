"""Where topics end now, asked of the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from streams.adapters.clients import new_reader
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer


class Ends:
    """Reads end offsets. Its client starts with the first question: most processes never ask."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._reader: AIOKafkaConsumer | None = None

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record of a logical topic will have."""
        reader = self._reader or await self._start()
        tp = TopicPartition(self._settings.topic_prefix + topic, partition)
        return int((await reader.end_offsets([tp]))[tp])

    async def close(self) -> None:
        """Let go of the client."""
        if self._reader is not None:
            await self._reader.stop()

    async def _start(self) -> AIOKafkaConsumer:
        reader = new_reader(self._settings, f"{self._name}-ends")
        await reader.start()
        self._reader = reader
        return reader
