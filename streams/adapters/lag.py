"""How far a process is behind, as the broker tells it: independent of what feeds the process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.adapters.clients import new_reader
from streams.settings import Settings

ANSWER_S = 5.0
"""A broker that takes longer is away."""


class Lag:
    """Compares ends of topics with what a process wants next. Use as a context manager."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._reader: AIOKafkaConsumer = new_reader(settings, f"{name}-lag")

    async def __aenter__(self) -> Self:
        await self._reader.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._reader.stop()

    async def behind(self, expected: Iterable[tuple[int, Mapping[str, int]]]) -> Mapping[int, int]:
        """Records beyond the next offsets wanted, by partition; empty when the broker is silent.

        `expected` holds, for each partition, the next offset wanted of each topic on the broker.
        """
        wanted = {
            TopicPartition(topic, partition): offset
            for partition, offsets in expected
            for topic, offset in offsets.items()
        }
        behind: Counter[int] = Counter()
        for tp, end in (await self._ends(list(wanted))).items():
            behind[tp.partition] += max(0, end - wanted[tp])
        return behind

    async def _ends(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        try:
            async with asyncio.timeout(ANSWER_S):
                ends: Mapping[TopicPartition, int] = await self._reader.end_offsets(tps)
        except (KafkaError, TimeoutError):
            return {}
        return ends
