"""The client's side: begins runs at a steady rate, and counts how they end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.codec import Codec
from streams.adapters.clients import new_producer, new_reader
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from schemas.records import IntakeEvent

SETTLE_S = 60.0
"""How long is waited for the last outcomes."""


@dataclass(slots=True)
class Load:
    """`runs` runs, `runs_per_s` of them a second."""

    settings: Settings
    codec: Codec
    event: Callable[[int], IntakeEvent]
    runs: int
    runs_per_s: float
    begun: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def under_way(self) -> int:
        """Runs without an outcome yet."""
        return self.begun - self.outcomes.total()

    async def run(self) -> None:
        """Until all runs have begun and ended, or the last do not end."""
        producer = new_producer(self.settings, "soak-publisher")
        reader = new_reader(self.settings, "soak-outcomes")
        reader.subscribe([self.settings.topic_prefix + "outcomes"])
        async with producer, reader:
            counting = asyncio.create_task(self._count(reader))
            try:
                await self._publish(producer)
                await self._settle()
            finally:
                counting.cancel()

    async def _publish(self, producer: AIOKafkaProducer) -> None:
        """At its time each: what a slow moment delayed is caught up with."""
        started = time.monotonic()
        topic = self.settings.topic_prefix + "intake"
        for number in range(self.runs):
            await asyncio.sleep(started + number / self.runs_per_s - time.monotonic())
            event = self.event(number)
            value = self.codec.encode("intake_event", event)
            await producer.send(topic, value, key=event["workspace"].encode())
            self.begun += 1

    async def _settle(self) -> None:
        deadline = time.monotonic() + SETTLE_S
        while self.under_way and time.monotonic() < deadline:  # noqa: ASYNC110  looked at
            await asyncio.sleep(0.5)

    async def _count(self, reader: AIOKafkaConsumer) -> None:
        async for record in reader:
            self.outcomes[self.codec.decode("outcome", record.value)["outcome"]] += 1
