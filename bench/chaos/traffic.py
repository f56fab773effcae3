"""The client's side: publishes intake events at the pace allowed, and waits for outcomes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.chaos.pace import Pace
from schemas.codec import Codec
from streams.adapters.clients import new_producer, new_reader
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from schemas.records import IntakeEvent


@dataclass(slots=True)
class Traffic:
    """Publishes each event until Kafka has it; a repeated event is the same run."""

    settings: Settings
    codec: Codec
    event: Callable[[int], IntakeEvent]
    pace: Pace
    stalled_after_s: float
    _again: deque[int] = field(default_factory=deque)
    _ended: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Until every run has an outcome, or none came for a long time."""
        producer = new_producer(self.settings, "chaos-publisher")
        reader = new_reader(self.settings, "chaos-outcomes")
        reader.subscribe([self.settings.topic_prefix + "outcomes"])
        async with producer, reader:
            await self._exchange(producer, reader)

    async def _exchange(self, producer: AIOKafkaProducer, reader: AIOKafkaConsumer) -> None:
        last_news = time.monotonic()
        while not self.pace.over and time.monotonic() - last_news < self.stalled_after_s:
            await self._publish(producer)
            fetched = await reader.getmany(timeout_ms=100)
            if fetched or self.pace.striking:
                last_news = time.monotonic()
            if fetched:
                self._take(record.value for batch in fetched.values() for record in batch)
            await asyncio.sleep(0)

    async def _publish(self, producer: AIOKafkaProducer) -> None:
        while self._again:
            await self._send(producer, self._again.popleft())
        for _ in range(self.pace.to_publish):
            self.pace.published += 1
            await self._send(producer, self.pace.published - 1)

    async def _send(self, producer: AIOKafkaProducer, number: int) -> None:
        event = self.event(number)
        value = self.codec.encode("intake_event", event)
        topic, key = self.settings.topic_prefix + "intake", event["workspace"].encode()
        sent = await producer.send(topic, value, key=key)
        sent.add_done_callback(lambda done: self._sent(number, done))

    def _sent(self, number: int, done: asyncio.Future[object]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._again.append(number)

    def _take(self, values: object) -> None:
        for value in values:  # type: ignore[attr-defined]
            self._ended.add(self.codec.decode("outcome", value)["run_id"])
        self.pace.ended = len(self._ended)
