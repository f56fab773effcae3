"""A whole Tollway in one event loop: the production processes as tasks, on a test's own topics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from agents import composition
from agents.gateway import Gateway, run_gateway
from schemas.codec import Codec
from streams.adapters.clients import new_producer, new_reader
from streams.settings import Settings
from tollway.topics import ensure_all_topics

if TYPE_CHECKING:
    from schemas.records import IntakeEvent, Outcome

CODEC = Codec()
OUTCOME_TIMEOUT_S = 90.0


@dataclass(slots=True)
class Deployment:
    """What runs, and how to reach it as an outsider does."""

    settings: Settings
    tasks: list[asyncio.Task[None]]
    producer: AIOKafkaProducer
    outcomes_reader: AIOKafkaConsumer

    async def publish(self, *events: IntakeEvent) -> None:
        """Put events on the intake topic."""
        for event in events:
            await self.publish_raw(CODEC.encode("intake_event", event))

    async def publish_raw(self, value: bytes | None) -> None:
        """Put any bytes on the intake topic."""
        await self.producer.send_and_wait(self.topic("intake"), value, key=b"any")

    def topic(self, logical: str) -> str:
        """The topic on the broker."""
        return self.settings.topic_prefix + logical

    async def outcomes(self, count: int) -> dict[str, Outcome]:
        """The next `count` outcomes by event id; a run that has two fails the test."""
        found: dict[str, Outcome] = {}
        async with asyncio.timeout(OUTCOME_TIMEOUT_S):
            while len(found) < count:
                self.raise_failures()
                for records in (await self.outcomes_reader.getmany(timeout_ms=200)).values():
                    for record in records:
                        outcome: Outcome = CODEC.decode("outcome", record.value)  # type: ignore[assignment]
                        assert outcome["event_id"] not in found, "a run has two outcomes"
                        found[outcome["event_id"]] = outcome
        return found

    def raise_failures(self) -> None:
        """Raise what ended a process."""
        for task in self.tasks:
            if task.done():
                task.result()

    async def records(self, logical: str) -> list[bytes | None]:
        """Values of all records of a topic so far."""
        return await records(self.settings, logical)


@asynccontextmanager
async def deployed(
    settings: Settings,
    roles: Iterable[str] = ("worker", "model", "retrieval", "tool", "gateway"),
    login: Callable[[Settings, str], Settings] = lambda settings, _: settings,
) -> AsyncIterator[Deployment]:
    """Start these processes; a role may stand more than once. `login` gives each its settings."""
    await ensure_all_topics(login(settings, "setup"))
    tasks = [
        asyncio.create_task(_process(login(settings, role), role), name=role) for role in roles
    ]
    producer = new_producer(login(settings, "publisher"), "test-publisher")
    reader = new_reader(login(settings, "downstream"), "test-outcomes")
    reader.subscribe([settings.topic_prefix + "outcomes"])
    async with producer, reader:
        try:
            yield Deployment(settings, tasks, producer, reader)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def records(settings: Settings, logical: str) -> list[bytes | None]:
    """Values of all records of a topic so far."""
    reader = new_reader(settings, "test-reader")
    reader.subscribe([settings.topic_prefix + logical])
    async with reader:
        return [value async for value in _until_end(reader)]


def retail_settings(settings: Settings, store_url: str, recordings: Path) -> Settings:
    """The settings with the retail workflow's store and recorded model."""
    return settings.model_copy(update={"store_url": store_url, "recordings": recordings})


async def _process(settings: Settings, role: str) -> None:
    if role == "worker":
        await composition.worker(settings, CODEC).run()
    elif role == "gateway":
        prefix, now_ms = settings.topic_prefix, composition.now_ms
        gateway = Gateway(CODEC, settings.partitions, "test-gateway", now_ms, prefix)
        await run_gateway(settings, gateway)
    else:
        await composition.pool(settings, CODEC, role).run()


async def _until_end(reader: AIOKafkaConsumer) -> AsyncIterator[bytes | None]:
    while not reader.assignment():  # noqa: ASYNC110  the client has no event for it
        await asyncio.sleep(0.02)
    ends = await reader.end_offsets(reader.assignment())
    while True:
        left = [tp for tp, end in ends.items() if await reader.position(tp) < end]
        if not left:
            return
        for records in (await reader.getmany(timeout_ms=200)).values():
            for record in records:
                yield record.value
