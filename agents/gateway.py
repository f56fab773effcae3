"""The gateway: what outsiders publish, checked and put on the partition of its workspace.

Clients partition the same key differently, so an outside partition says nothing. The gateway
touches no table: it decodes, checks bounds, takes personal data and secrets out, re-keys, and
sends what is bad to the dead-letter twin with field and reason. What it takes out is in the vault
before the record goes on. It may publish an event twice; the run id makes that harmless.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.partitioner import murmur2

from agents.privacy.events import Clean
from agents.privacy.letters import clean_letter
from agents.privacy.vault import Deposit, Person, Vault, writing_vault
from agents.public_topics import PUBLIC_TOPICS
from schemas.codec import Codec
from schemas.control import EVERYWHERE
from schemas.errors import RecordError
from schemas.topics import dead_letter_topic, kept_value_bytes, topics
from streams.adapters.clients import new_group_consumer, new_producer
from streams.adapters.guard import Guard
from streams.adapters.health import Health, nothing_wrong
from streams.adapters.meter import Meter, exposed
from streams.adapters.ownership import to_input
from streams.core.dead_letter_ratio import DeadLetterRatio, RatioLimits
from streams.core.dead_letters import letter
from streams.core.hashing import content_hash, run_id
from streams.core.metrics import DEAD_LETTERS, FORWARDED
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiokafka import ConsumerRecord


def partition_of(workspace: str, partitions: int) -> int:
    """The partition that a workspace lives on, for life (murmur2, as Java and aiokafka do)."""
    return int((murmur2(workspace.encode()) & 0x7FFF_FFFF) % partitions)


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Where a record goes next; `dead` and `why` are kind and words of what made it a letter.

    `deposit` is what the vault must hold before.
    """

    topic: str
    key: bytes
    value: bytes
    partition: int | None
    dead: str = ""
    why: str = ""
    deposit: Deposit | None = None

    @property
    def public(self) -> str:
        """The public topic that it came on."""
        return ORIGINS[self.topic]


ORIGINS = {row.own: public for public, row in PUBLIC_TOPICS.items()} | {
    dead_letter_topic(public): public for public in PUBLIC_TOPICS
}
"""From where a record goes next to the public topic that it came on."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Decides one record; pure but for the time of arrival."""

    codec: Codec
    partitions: int
    worker: str
    now_ms: Callable[[], int]
    topic_prefix: str = ""

    def route(self, record: ConsumerRecord) -> Rekeyed:
        """The record on its workspace's partition, or a dead letter."""
        public = record.topic.removeprefix(self.topic_prefix)
        row = PUBLIC_TOPICS[public]
        try:
            decoded = self.codec.decode(row.schema, record.value)
            clean = row.clean(row.conforming(decoded, self.now_ms()))
        except RecordError as error:
            return self._dead(public, record, error)
        value = self.codec.encode(row.schema, clean.record)
        key: str = clean.record["workspace"]
        deposit = _deposit(clean, record, value) if clean.values else None
        to = partition_of(key, self.partitions)
        return Rekeyed(row.own, key.encode(), value, to, deposit=deposit)

    def routes(self, record: ConsumerRecord) -> list[Rekeyed]:
        """Where the record goes: once, or to every partition when it is for all workspaces."""
        to = self.route(record)
        if to.dead or to.key != EVERYWHERE.encode():
            return [to]
        return [replace(to, partition=partition) for partition in range(self.partitions)]

    def _dead(self, public: str, record: ConsumerRecord, error: RecordError) -> Rekeyed:
        source, quarantined = to_input(public, record), PUBLIC_TOPICS[public].quarantined
        now_ms, partition = self.now_ms(), record.partition
        most = kept_value_bytes(topics()[public])
        dead = letter(source, error, self.worker, partition, now_ms, max_value_bytes=most)
        dead = clean_letter(dead, quarantined=quarantined)
        value = self.codec.encode("dead_letter", dead)
        twin, reason = dead_letter_topic(public), dead["reason"]
        return Rekeyed(twin, dead["key"] or b"", value, None, reason, dead["message"])


def _deposit(clean: Clean, record: ConsumerRecord, value: bytes) -> Deposit:
    """The values of a record, under a name that is the same whenever it is read again."""
    event = clean.record
    place = f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp}/".encode()
    run = run_id(event["workspace"], event["event_id"])
    person = Person(event["workspace"], event["user_id"])
    return Deposit(person, run, content_hash(place + value), clean.values, record.timestamp)


class ReadyOnceJoined(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is not typed
    """Says that a member of the group is ready, be it with partitions or as a spare."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def on_partitions_revoked(self, revoked: Iterable[object]) -> None:
        """Nothing: others take over."""

    async def on_partitions_assigned(self, assigned: Iterable[object]) -> None:  # noqa: ARG002
        """It has joined."""
        self._health.not_ready = nothing_wrong


async def run_gateway(settings: Settings, gateway: Gateway) -> None:
    """Re-key until cancelled; offsets are committed after the sends are acknowledged.

    Raises TooManyDeadLetters, SettingError and VaultUnavailable.
    """
    vault = writing_vault(settings)
    ratio = DeadLetterRatio(RatioLimits(settings.dead_letter_ratio))
    producer = new_producer(settings, gateway.worker)
    consumer = new_group_consumer(settings, "gateway")
    health = Health()
    with Guard(settings.stall_limit_s), exposed(settings, health) as meter:
        await producer.start()
        await consumer.start()
        public = [settings.topic_prefix + topic for topic in PUBLIC_TOPICS]
        consumer.subscribe(public, listener=ReadyOnceJoined(health))
        try:
            while True:
                sent = await _rekey_batch(settings, consumer, producer, gateway, vault)
                measure(meter, sent)
                for to in sent:
                    ratio.note(to.public, f"{to.dead}: {to.why}" if to.dead else None)
        finally:
            await consumer.stop()
            await producer.stop()


def measure(meter: Meter, sent: Iterable[Rekeyed]) -> None:
    """Count the records of one batch, once they are acknowledged."""
    counted = Counter((to.topic, to.public, to.dead) for to in sent)
    for (topic, public, dead), amount in counted.items():
        meter.count(FORWARDED, topic, amount=amount)
        if dead:
            meter.count(DEAD_LETTERS, public, dead, amount=amount)


async def _rekey_batch(
    settings: Settings,
    consumer: AIOKafkaConsumer,
    producer: AIOKafkaProducer,
    gateway: Gateway,
    vault: Vault,
) -> list[Rekeyed]:
    fetched = await consumer.getmany(timeout_ms=200, max_records=500)
    records = [record for batch in fetched.values() for record in batch]
    routed = await asyncio.to_thread(_routed, gateway, vault, records)
    sends = [
        await producer.send(
            settings.topic_prefix + to.topic, to.value, key=to.key, partition=to.partition
        )
        for to in routed
    ]
    if sends:
        await asyncio.gather(*sends)
        await consumer.commit()
    return routed


def _routed(gateway: Gateway, vault: Vault, records: list[ConsumerRecord]) -> list[Rekeyed]:
    """Where the records go, once the vault holds what was taken out of them."""
    routed = [to for record in records for to in gateway.routes(record)]
    for to in routed:
        if to.deposit is not None:
            vault.put(to.deposit)
    return routed
