"""The plain driver: a consumer group on aiokafka alone.

The second implementation of what the Faust driver does; the same tests hold both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from streams.adapters.clients import new_group_consumer
from streams.adapters.feeding import hold_back, until_first_fails
from streams.adapters.ownership import Ownership
from streams.adapters.parts import Limits, Parts
from streams.adapters.rewind import Rewinder
from streams.settings import Settings

POLL_MS = 200


class PlainDriver(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is not typed
    """Feeds the processors of one process from a consumer group."""

    def __init__(
        self,
        settings: Settings,
        group: str,
        topics: Sequence[str],
        parts: Parts,
        limits: Limits,
    ) -> None:
        prefix = settings.topic_prefix
        self._topics = [prefix + topic for topic in topics]
        # The range assignor keeps the topics of one partition number together.
        self._consumer: AIOKafkaConsumer = new_group_consumer(
            settings, group, partition_assignment_strategy=(RangePartitionAssignor,)
        )
        self._at_once = limits.records_per_fetch
        self._holding = False
        self._rewinder = Rewinder(self)
        self.ownership = Ownership(parts, prefix, self._rewinder.seek_soon, limits)
        self._rewinder.ownership = self.ownership

    async def run(self) -> None:
        """Feed until cancelled. Raises what a processor raises."""
        await self._consumer.start()
        self._consumer.subscribe(self._topics, listener=self)
        try:
            await until_first_fails(
                self._feed(), self._rewinder.watch_tails(), self.ownership.failed
            )
        finally:
            await self._rewinder.close()
            await self.ownership.close()
            await self._consumer.stop()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing: what was lost is known when the new assignment comes."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Own what was assigned."""
        self.ownership.assign(assigned, self._topics)

    async def first_offsets(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        """See Cursor."""
        offsets: Mapping[TopicPartition, int] = await self._consumer.beginning_offsets(tps)
        return offsets

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """See Cursor."""
        for tp, offset in offsets.items():
            self._consumer.seek(tp, offset)

    async def position(self, tp: TopicPartition) -> int:
        """See Cursor."""
        return int(await self._consumer.position(tp))

    async def _feed(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=self._at_once)
            for tp, records in fetched.items():
                self.ownership.deliver(tp.topic, tp.partition, records)
            self._hold_back()
            await asyncio.sleep(0)

    def _hold_back(self) -> None:
        full = self.ownership.full()
        if full or self._holding:
            self._holding = hold_back(self._consumer, full, self.ownership.drained())
