"""What Tollway expects of any broker: the same tests on the in-memory one and on real Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import RecordMetadata
from confluent_kafka import Message, Producer

from schemas.errors import SettingError
from streams.brokers.topics import TopicSpec, ensure_topics
from streams.settings import MEMORY_PARTITIONS, Settings

TIMEOUT_S = 20
KEYS = [f"workspace-{number}".encode() for number in range(200)]


async def new_topic(settings: Settings, name: str = "records") -> str:
    await ensure_topics(settings, [TopicSpec(name, settings.partitions)])
    return settings.topic_prefix + name


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    client = AIOKafkaProducer(**settings.client_options(), enable_idempotence=True, acks="all")
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def consumer(
    settings: Settings, *topics: str, group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    client = AIOKafkaConsumer(
        *topics,
        **settings.client_options(),
        group_id=group and settings.topic_prefix + group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        metadata_max_age_ms=1_000,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=2_000,
    )
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def send_all(
    client: AIOKafkaProducer, topic: str, values: list[bytes], **options: Any
) -> list[RecordMetadata]:
    """Send without waiting in between, then await every acknowledgement."""
    futures = [await client.send(topic, value, **options) for value in values]
    return await asyncio.gather(*futures)


async def read(client: AIOKafkaConsumer, count: int) -> list[Any]:
    async with asyncio.timeout(TIMEOUT_S):
        return [await client.getone() for _ in range(count)]


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


async def test_a_partition_gives_records_in_the_order_they_were_sent(
    broker_settings: Settings,
) -> None:
    topic, values = await new_topic(broker_settings), numbered(200)
    async with producer(broker_settings) as sender, consumer(broker_settings, topic) as reader:
        await send_all(sender, topic, values, partition=1)
        assert [record.value for record in await read(reader, 200)] == values


async def test_key_value_and_headers_arrive_as_sent(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    headers = [("source", b"ledger"), ("empty", b""), ("source", b"again")]
    async with producer(broker_settings) as sender, consumer(broker_settings, topic) as reader:
        await sender.send_and_wait(topic, b"\x00\xff", key=b"acme", headers=headers)
        await sender.send_and_wait(topic, None, key=b"acme")
        first, second = await read(reader, 2)
    assert (first.key, first.value, list(first.headers)) == (b"acme", b"\x00\xff", headers)
    assert (second.key, second.value, list(second.headers)) == (b"acme", None, [])


async def test_offsets_acknowledged_to_one_producer_are_consecutive(
    broker_settings: Settings,
) -> None:
    topic = await new_topic(broker_settings)
    async with producer(broker_settings) as sender:
        first = await send_all(sender, topic, numbered(300), partition=2)
        second = await send_all(sender, topic, numbered(300), partition=2)
    assert [ack.offset for ack in first + second] == list(range(600))


async def test_two_producers_never_share_an_offset(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    async with producer(broker_settings) as one, producer(broker_settings) as other:
        sends = [send_all(client, topic, numbered(100), partition=0) for client in (one, other)]
        acks = await asyncio.gather(*sends)
    assert sorted(ack.offset for batch in acks for ack in batch) == list(range(200))


async def test_murmur2_clients_agree_on_the_partition_of_a_key(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    async with producer(broker_settings) as sender:
        theirs = await asyncio.gather(*[await sender.send(topic, b"", key=key) for key in KEYS])
    ours = confluent_partitions(broker_settings, topic, partitioner="murmur2_random")
    assert ours == [ack.partition for ack in theirs]
    assert set(ours) == set(range(MEMORY_PARTITIONS))


async def test_librdkafkas_default_partitioner_does_not_agree(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    murmur2 = confluent_partitions(broker_settings, topic, partitioner="murmur2_random")
    assert confluent_partitions(broker_settings, topic) != murmur2


def confluent_partitions(settings: Settings, topic: str, **options: str) -> list[int]:
    """Where a confluent producer puts each of the keys."""
    placed: dict[bytes, int] = {}

    def note(_: object, message: Message) -> None:
        key, partition = message.key(), message.partition()
        assert isinstance(key, bytes)
        assert partition is not None
        placed[key] = partition

    client = Producer({"bootstrap.servers": settings.bootstrap_servers, **options})
    for key in KEYS:
        client.produce(topic, b"", key, on_delivery=note)
    client.flush(TIMEOUT_S)
    return [placed[key] for key in KEYS]


async def test_a_member_that_comes_after_another_left_gets_all_partitions(
    broker_settings: Settings,
) -> None:
    topic = await new_topic(broker_settings)
    for _ in range(2):
        async with consumer(broker_settings, topic, group="workers") as member:
            assert len(member.assignment()) == MEMORY_PARTITIONS


async def test_a_group_goes_on_where_it_committed(broker_settings: Settings) -> None:
    topic, values = await new_topic(broker_settings), numbered(10)
    partition = TopicPartition(topic, 0)
    async with producer(broker_settings) as sender:
        await send_all(sender, topic, values, partition=0)
    async with consumer(broker_settings, topic, group="workers") as reader:
        await read(reader, 10)
        await reader.commit({partition: 4})
    async with consumer(broker_settings, topic, group="workers") as reader:
        assert [record.value for record in await read(reader, 6)] == values[4:]


async def test_seeking_goes_to_any_offset_forwards_and_back(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    partition = TopicPartition(topic, 3)
    async with producer(broker_settings) as sender, consumer(broker_settings) as reader:
        await send_all(sender, topic, numbered(50), partition=3)
        reader.assign([partition])
        for offset in (40, 7, 0, 49):
            reader.seek(partition, offset)
            (record,) = await read(reader, 1)
            assert (record.offset, record.value) == (offset, str(offset).encode())


async def test_the_end_offset_is_one_beyond_the_last_record(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    empty, filled = TopicPartition(topic, 0), TopicPartition(topic, 1)
    async with producer(broker_settings) as sender, consumer(broker_settings) as reader:
        await send_all(sender, topic, numbered(5), partition=1)
        assert await reader.end_offsets([empty, filled]) == {empty: 0, filled: 5}
        assert await reader.beginning_offsets([empty, filled]) == {empty: 0, filled: 0}


async def test_ensuring_topics_again_changes_nothing(broker_settings: Settings) -> None:
    topic = await new_topic(broker_settings)
    async with producer(broker_settings) as sender:
        await send_all(sender, topic, numbered(3), partition=0)
        await new_topic(broker_settings)
        assert (await sender.send_and_wait(topic, b"", partition=0)).offset == 3


async def test_a_topic_with_another_number_of_partitions_is_refused(
    broker_settings: Settings,
) -> None:
    topic = await new_topic(broker_settings)
    with pytest.raises(SettingError, match=rf"{topic} has 4 partitions, not 7.*TOLLWAY_PARTITIONS"):
        await ensure_topics(broker_settings, [TopicSpec("records", 7)])


async def test_many_processes_may_ensure_the_same_topics_at_once(broker_settings: Settings) -> None:
    specs = [TopicSpec(f"topic-{number}", MEMORY_PARTITIONS) for number in range(5)]
    await asyncio.gather(*[ensure_topics(broker_settings, specs) for _ in range(4)])
