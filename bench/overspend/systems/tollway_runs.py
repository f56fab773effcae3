"""Tollway as a customer sees it: events go in at the gateway's topic, outcomes come out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.errors import InvalidMeasurement
from bench.overspend.load import Answer, Kind, now_ms
from bench.overspend.provider.answering import mark
from schemas.codec import Codec
from streams.adapters.clients import new_producer, new_reader
from streams.core.hashing import run_id
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from schemas.records import IntakeEvent, Outcome

CODEC = Codec()
STALLED_AFTER_S = 180.0


@dataclass(slots=True)
class Runs:
    """Publishes events and gives each its outcome. Use `open_runs`."""

    settings: Settings
    producer: AIOKafkaProducer
    _waiting: dict[str, asyncio.Future[Outcome]] = field(default_factory=dict)

    async def outcome(self, event: IntakeEvent, deliveries: int = 1) -> Outcome:
        """Publish an event, as often as said, and wait for the run. Raises InvalidMeasurement."""
        waiting: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[run_id(event["workspace"], event["event_id"])] = waiting
        value = CODEC.encode("intake_event", event)
        topic, key = self.settings.topic_prefix + "intake", event["workspace"].encode()
        for _ in range(deliveries):
            await self.producer.send(topic, value, key=key)
        try:
            return await asyncio.wait_for(waiting, STALLED_AFTER_S)
        except TimeoutError:
            late = f"{event['workspace']}: no outcome of run {event['event_id']}"
            raise InvalidMeasurement(f"{late} within {STALLED_AFTER_S:.0f} s") from None

    def fail(self, error: BaseException) -> None:
        """Tell everybody who waits that there will be no outcome."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)

    def take(self, value: bytes) -> None:
        """Hand an outcome to whoever waits for it."""
        outcome: Outcome = CODEC.decode("outcome", value)  # type: ignore[assignment]
        waiting = self._waiting.pop(outcome["run_id"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)


@asynccontextmanager
async def open_runs(settings: Settings, check: Callable[[], None]) -> AsyncIterator[Runs]:
    """Runs on this deployment; `check` is called often, and raises when it has ended."""
    producer, reader = new_producer(settings, "contest"), new_reader(settings, "contest-outcomes")
    reader.subscribe([settings.topic_prefix + "outcomes"])
    async with producer, reader:
        runs = Runs(settings, producer)
        reading = asyncio.create_task(_read(runs, reader, check))
        try:
            yield runs
        finally:
            reading.cancel()


async def _read(runs: Runs, reader: AIOKafkaConsumer, check: Callable[[], None]) -> None:
    try:
        while True:
            for records in (await reader.getmany(timeout_ms=100)).values():
                for record in records:
                    runs.take(record.value)
            check()
    except Exception as error:  # noqa: BLE001  those who wait raise it
        runs.fail(error)


@dataclass(frozen=True, slots=True)
class Asks:
    """The asks of one cell: each is a run."""

    runs: Runs
    workflow: str
    account: str
    workspace: str
    deliveries: int = 1

    async def ask(self, number: int) -> Answer:
        """One run. Refused when nothing was spent on it."""
        asked_at_ms = now_ms()
        outcome = await self.runs.outcome(self._event(number), self.deliveries)
        return Answer(number, _kind(outcome), asked_at_ms, now_ms(), outcome["error"] or "")

    def _event(self, number: int) -> IntakeEvent:
        return {
            "event_id": str(number),
            "workspace": self.workspace,
            "user_id": "contest",
            "workflow": self.workflow,
            "intent": None,
            "customer_tier": "standard",
            "region": "here",
            "occurred_at_ms": 1,
            "request": f"{mark(self.account, number)} Say that it is done.",
        }


def _kind(outcome: Outcome) -> Kind:
    if outcome["outcome"] == "resolved":
        return "served"
    return "failed" if outcome["spent_usd_micros"] else "refused"
