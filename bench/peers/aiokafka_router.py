"""Seven consumers that pass records on: `python -m bench.peers.aiokafka_router SERVERS PREFIX`.

Sends are pipelined and offsets are committed once a batch is acknowledged. No retries, timers,
deduplication or history: a floor, not an engine.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import orjson

from bench.measured import STATES
from streams.adapters.clients import new_group_consumer, new_producer
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


def topic(stage: int) -> str:
    """Where records of a stage wait; the one after the last stage is the end."""
    return f"router.{stage}"


async def pass_on(settings: Settings, producer: AIOKafkaProducer, stage: int) -> None:
    """One consumer: everything from its topic goes to the next."""
    consumer = new_group_consumer(settings, topic(stage))
    consumer.subscribe([settings.topic_prefix + topic(stage)])
    await consumer.start()
    try:
        while True:
            await _pass_batch(consumer, producer, settings.topic_prefix + topic(stage + 1))
    finally:
        await consumer.stop()


async def _pass_batch(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, to: str) -> None:
    fetched = await consumer.getmany(timeout_ms=1000)
    sends = [
        await producer.send(to, visited(record.value), key=record.key, partition=record.partition)
        for records in fetched.values()
        for record in records
    ]
    if sends:
        await asyncio.gather(*sends)
        await consumer.commit()


def visited(value: bytes) -> bytes:
    """The trivial work of a state."""
    record = orjson.loads(value)
    return orjson.dumps({**record, "visits": record["visits"] + 1})


async def main(settings: Settings) -> None:
    """Run all seven until cancelled."""
    producer = new_producer(settings, "router")
    await producer.start()
    await asyncio.gather(*(pass_on(settings, producer, stage) for stage in range(STATES)))


if __name__ == "__main__":
    asyncio.run(main(Settings(bootstrap_servers=sys.argv[1], topic_prefix=sys.argv[2])))
