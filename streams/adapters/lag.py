"""How far a process is behind, as the broker tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.adapters.ends import Ends

ANSWER_S = 5.0
"""A broker that takes longer is away."""


class Lag:
    """Compares ends of topics with what a process wants next."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    async def behind(
        self, expected: Iterable[tuple[int, Mapping[str, int]]]
    ) -> Mapping[TopicPartition, int]:
        """Records beyond the next offsets wanted; empty when the broker is silent.

        `expected` holds, for each partition, the next offset wanted of each topic on the broker.
        """
        wanted = {
            TopicPartition(topic, partition): offset
            for partition, offsets in expected
            for topic, offset in offsets.items()
        }
        ends = await self._asked(list(wanted))
        return {tp: max(0, end - wanted[tp]) for tp, end in ends.items()}

    async def _asked(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._ends.of(tps)
        except (KafkaError, TimeoutError):
            return {}
