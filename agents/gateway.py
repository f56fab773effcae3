"""The gateway: what outsiders publish, checked and put on the partition of its workspace.

Clients partition the same key differently, so an outside partition says nothing. The gateway
touches no table: it decodes, checks bounds, re-keys, and sends what is bad to the dead-letter
twin with field and reason. It may publish an event twice; the run id makes that harmless.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.partitioner import murmur2

from schemas.codec import Codec
from schemas.errors import RecordError
from schemas.intake import conforming_intake
from schemas.topics import dead_letter_topic
from streams.adapters.clients import new_group_consumer, new_producer
from streams.adapters.ownership import to_input
from streams.core.dead_letters import letter
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import ConsumerRecord

PUBLIC, INTERNAL = "intake", "state.intake"


def partition_of(workspace: str, partitions: int) -> int:
    """The partition that a workspace lives on, for life (murmur2, as Java and aiokafka do)."""
    return int((murmur2(workspace.encode()) & 0x7FFF_FFFF) % partitions)


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Where a record goes next."""

    topic: str
    key: bytes
    value: bytes
    partition: int | None


@dataclass(frozen=True, slots=True)
class Gateway:
    """Decides one record; pure but for the time that stands on dead letters."""

    codec: Codec
    partitions: int
    worker: str
    now_ms: Callable[[], int]

    def route(self, record: ConsumerRecord) -> Rekeyed:
        """The record on its workspace's partition, or a dead letter."""
        try:
            event = conforming_intake(self.codec.decode("intake_event", record.value))
        except RecordError as error:
            return self._dead(record, error)
        value = self.codec.encode("intake_event", event)
        key = event["workspace"]
        return Rekeyed(INTERNAL, key.encode(), value, partition_of(key, self.partitions))

    def _dead(self, record: ConsumerRecord, error: RecordError) -> Rekeyed:
        source = to_input(PUBLIC, record)
        dead = letter(
            source, error, self.worker, record.partition, self.now_ms(), most_bytes=None
        )
        value = self.codec.encode("dead_letter", dead)
        return Rekeyed(dead_letter_topic(PUBLIC), record.key or b"", value, None)


async def run_gateway(settings: Settings, gateway: Gateway) -> None:
    """Re-key until cancelled; offsets are committed after the sends are acknowledged."""
    producer = new_producer(settings, gateway.worker)
    consumer = new_group_consumer(settings, "gateway")
    await producer.start()
    await consumer.start()
    consumer.subscribe([settings.topic_prefix + PUBLIC])
    try:
        while True:
            await _rekey_batch(settings.topic_prefix, consumer, producer, gateway)
    finally:
        await consumer.stop()
        await producer.stop()


async def _rekey_batch(
    prefix: str, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, gateway: Gateway
) -> None:
    fetched = await consumer.getmany(timeout_ms=200, max_records=500)
    sends = []
    for records in fetched.values():
        for record in records:
            to = gateway.route(record)
            sends.append(
                await producer.send(prefix + to.topic, to.value, key=to.key, partition=to.partition)
            )
    if sends:
        await asyncio.gather(*sends)
        await consumer.commit()
