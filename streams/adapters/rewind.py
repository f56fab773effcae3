"""Going back: deliver a partition again from where its ledger says, whichever driver feeds it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from streams.adapters.ownership import Ownership

TAIL_CHECK_S = 2.0
RETRY_S = 0.5


class Cursor(Protocol):
    """What a driver lets others do with its read positions."""

    async def first_offsets(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The oldest offset that the broker still holds of each."""

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver from these offsets. Raises IllegalStateError for what is not assigned."""

    async def position(self, tp: TopicPartition) -> int:
        """The next offset to be fetched. Raises IllegalStateError for what is not assigned."""


class Rewinder:
    """Seeks the partitions that ask for it, one seek of a partition at a time."""

    def __init__(self, cursor: Cursor) -> None:
        self.ownership: Ownership
        self._cursor = cursor
        self._seeking: dict[int, asyncio.Task[None]] = {}
        self._wanting: set[int] = set()

    def seek_soon(self, partition: int) -> None:
        """Seek now, or again after the seek of this partition that is under way."""
        self._wanting.add(partition)
        if partition not in self._seeking:
            task = asyncio.create_task(self._seek_while_wanted(partition))
            self._seeking[partition] = task
            task.add_done_callback(lambda _: self._seeking.pop(partition))

    async def watch_tails(self) -> None:
        """A record lost at the very end of a topic shows in no later one: look at positions.

        What was fetched may still be on its way to the inbox, so only a partition that stands
        still between two looks is behind.
        """
        stood: dict[int, dict[TopicPartition, int]] = {}
        while True:
            await asyncio.sleep(TAIL_CHECK_S)
            for partition in self.ownership.partitions:
                wanted = self._wanted(partition)
                if wanted == stood.get(partition) and await self._is_ahead(wanted):
                    self.seek_soon(partition)
                stood[partition] = wanted

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._seeking.values()):
            task.cancel()

    async def _seek_while_wanted(self, partition: int) -> None:
        while partition in self._wanting:
            await asyncio.sleep(0)
            self._wanting.discard(partition)
            await self._seek(partition)
            await asyncio.sleep(RETRY_S)

    async def _seek(self, partition: int) -> None:
        """From where the ledger says, or from where the broker's records begin."""
        wanted = self._wanted(partition)
        if not wanted:
            return
        try:
            first = await self._cursor.first_offsets(list(wanted))
            for tp in wanted:
                self.ownership.skip_to(partition, tp.topic, first[tp])
            await self._cursor.seek(self._wanted(partition))
        except IllegalStateError:
            return  # reassigned meanwhile: the next assignment seeks

    async def _is_ahead(self, wanted: Mapping[TopicPartition, int]) -> bool:
        """Whether the consumer has read past what the inbox has received."""
        try:
            for tp, at in wanted.items():
                if await self._cursor.position(tp) > at:
                    return True
        except IllegalStateError:
            return False
        return False

    def _wanted(self, partition: int) -> dict[TopicPartition, int]:
        expected = self.ownership.expected(partition)
        return {TopicPartition(topic, partition): at for topic, at in expected.items()}
