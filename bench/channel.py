"""Runs that begin as a record on one topic and end as a record on another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from bench.errors import InvalidMeasurement
from streams.adapters.clients import new_producer, new_reader
from streams.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

STALLED_AFTER_S = 90.0


class Beginning(NamedTuple):
    """The record that begins a run."""

    key: str
    value: bytes
    partition: int


@dataclass(frozen=True, slots=True)
class Topics:
    """Where runs begin and end, what begins one, and whose number an ending carries."""

    begin: str
    end: str
    beginning: Callable[[int], Beginning]
    number: Callable[[bytes], int]


class Channel:
    """The client's side: publishes beginnings, reads endings. An async context manager.

    `check` is called every so often, and raises when the system has ended.
    """

    def __init__(self, settings: Settings, topics: Topics, check: Callable[[], None]) -> None:
        self._check = check
        self._prefix = settings.topic_prefix
        self._topics = topics
        self._producer: AIOKafkaProducer = new_producer(settings, "bench-publisher")
        self._reader: AIOKafkaConsumer = new_reader(settings, "bench-endings")

    async def __aenter__(self) -> Self:
        self._reader.subscribe([self._prefix + self._topics.end])
        await self._reader.start()
        await self._producer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._producer.stop()
        await self._reader.stop()

    async def start(self, number: int) -> None:
        """Publish the beginning of run `number`; its acknowledgement is not awaited."""
        key, value, partition = self._topics.beginning(number)
        topic = self._prefix + self._topics.begin
        await self._producer.send(topic, value, key=key.encode(), partition=partition)

    async def ended(self) -> Iterable[int]:
        """The runs whose endings came next. Raises InvalidMeasurement."""
        deadline = time.monotonic() + STALLED_AFTER_S
        while time.monotonic() < deadline:
            fetched = await self._reader.getmany(timeout_ms=1000)
            self._check()
            if fetched:
                records = (record for batch in fetched.values() for record in batch)
                return [self._topics.number(record.value) for record in records]
        raise InvalidMeasurement(f"no run ended for {STALLED_AFTER_S:.0f} s")
