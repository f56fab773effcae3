"""The simulated broker's topics as a source of records, for the production audit and sink."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from simulation.broker import Topics
from streams.sources.record import Held, SourceRecord


@dataclass(frozen=True, slots=True)
class MemorySource:
    """One partition of every topic."""

    topics: Topics

    async def partitions(self, topic: str) -> list[int]:  # noqa: ARG002  all have one
        """See RecordSource."""
        return [0]

    async def held(self, topic: str, partition: int) -> Held:  # noqa: ARG002  there is one
        """See RecordSource."""
        return Held(0, len(self.topics[topic]))

    async def read(
        self, topic: str, partition: int, from_offset: int = 0
    ) -> AsyncIterator[SourceRecord]:
        """See RecordSource."""
        for offset in range(from_offset, len(self.topics[topic])):
            record = self.topics[topic][offset]
            yield SourceRecord(
                topic, partition, offset, 0, record.key, record.value, record.headers
            )
