"""Publishing intake events and waiting for their outcomes, as any outsider would."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from schemas.codec import Codec
from schemas.errors import TollwayError
from streams.adapters.clients import new_producer, new_reader
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from schemas.records import Outcome
    from tollway.demo.requests import Request

STALLED_AFTER_S = 120.0


class Stalled(TollwayError):
    """No outcome came for a long time."""


async def publish(settings: Settings, codec: Codec, requests: Iterable[Request]) -> None:
    """Publish every request as an intake event, keyed by its workspace."""
    producer = new_producer(settings, "demo-publisher")
    await producer.start()
    try:
        for request in requests:
            value = codec.encode("intake_event", request.event(_now_ms()))
            topic, key = settings.topic_prefix + "intake", request.workspace.encode()
            await producer.send(topic, value, key=key)
        await producer.flush()
    finally:
        await producer.stop()


async def collect(
    settings: Settings,
    codec: Codec,
    run_ids: set[str],
    on_progress: Callable[[dict[str, Outcome]], None],
) -> dict[str, Outcome]:
    """The outcome of every run. Calls `on_progress` as they come. Raises Stalled."""
    reader = new_reader(settings, "demo-outcomes")
    reader.subscribe([settings.topic_prefix + "outcomes"])
    await reader.start()
    try:
        return await _collect(reader, codec, run_ids, on_progress)
    finally:
        await reader.stop()


async def _collect(
    reader: AIOKafkaConsumer,
    codec: Codec,
    run_ids: set[str],
    on_progress: Callable[[dict[str, Outcome]], None],
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    last_news = time.monotonic()
    while len(outcomes) < len(run_ids):
        for records in (await reader.getmany(timeout_ms=250)).values():
            last_news = time.monotonic()
            for record in records:
                outcome: Outcome = codec.decode("outcome", record.value)  # type: ignore[assignment]
                if outcome["run_id"] in run_ids:
                    outcomes.setdefault(outcome["run_id"], outcome)
        on_progress(outcomes)
        if time.monotonic() - last_news > STALLED_AFTER_S:
            missing = len(run_ids) - len(outcomes)
            raise Stalled(f"{missing} runs have no outcome and none came for {STALLED_AFTER_S} s")
        await asyncio.sleep(0)
    return outcomes


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
