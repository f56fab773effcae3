"""What real Kafka does and the in-memory broker does not: one test for each difference."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import CorruptRecordException, KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from streams.brokers.differences import DIFFERENCES
from streams.brokers.jvm import JvmBroker
from streams.brokers.topics import TopicSpec, ensure_topics
from streams.settings import MEMORY_PARTITIONS, Settings
from tests.brokers import can_start_on_jvm, settings_for, start_on_jvm

MIB = 1024 * 1024
SENT_AT_MS = 1_700_000_000_000
MEMORY_TIMESTAMP_MS = 1234
TIMEOUT_S = 20


async def new_partition(settings: Settings, **config: str) -> TopicPartition:
    await ensure_topics(settings, [TopicSpec("records", settings.partitions, config)])
    return TopicPartition(settings.topic_prefix + "records", 0)


async def send(
    settings: Settings, partition: TopicPartition, *values: bytes, **more: Any
) -> list[RecordMetadata]:
    """Send one after the other; gives the acknowledgements."""
    client = AIOKafkaProducer(**settings.client_options(), max_request_size=10 * MIB)
    await client.start()
    where = {"topic": partition.topic, "partition": partition.partition, **more}
    try:
        return [await client.send_and_wait(value=value, **where) for value in values]
    finally:
        await client.stop()


async def read(settings: Settings, partition: TopicPartition, **more: Any) -> list[Any]:
    """Every record that is there now."""
    async with reader(settings, **more) as client:
        end = (await client.end_offsets([partition]))[partition]
        client.assign([partition])
        await client.seek_to_beginning(partition)
        found: list[Any] = []
        async with asyncio.timeout(TIMEOUT_S):
            while await client.position(partition) < end:
                found += (await client.getmany(timeout_ms=100)).get(partition, [])
        return found


def reader(settings: Settings, **more: Any) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(**settings.client_options(), **more)


async def send_aborted_then_committed(settings: Settings, partition: TopicPartition) -> None:
    name = settings.topic_prefix + "transaction"
    client = AIOKafkaProducer(**settings.client_options(), transactional_id=name)
    await client.start()
    try:
        await client.begin_transaction()
        await client.send_and_wait(partition.topic, b"aborted", partition=partition.partition)
        await client.abort_transaction()
        async with client.transaction():
            await client.send_and_wait(partition.topic, b"committed", partition=0)
    finally:
        await client.stop()


def test_every_difference_names_a_test_here() -> None:
    assert {row.test for row in DIFFERENCES} <= set(globals())
    assert len({row.name for row in DIFFERENCES}) == len(DIFFERENCES)


@pytest.mark.kafka
async def test_a_topic_has_the_partitions_and_configuration_asked_for(
    kafka_settings: Settings,
) -> None:
    config = {"max.message.bytes": "4194304", "retention.ms": "-1"}
    await ensure_topics(kafka_settings, [TopicSpec("records", 7, config)])
    name = kafka_settings.topic_prefix + "records"
    admin = AIOKafkaAdminClient(**kafka_settings.client_options())
    await admin.start()
    try:
        (described,) = await admin.describe_topics([name])
        resource = ConfigResource(ConfigResourceType.TOPIC, name, configs=dict.fromkeys(config))
        (answer,) = await admin.describe_configs([resource])
    finally:
        await admin.close()
    assert len(described["partitions"]) == 7
    assert {row[0]: row[1] for row in answer.resources[0][4]} == config


@pytest.mark.kafka
async def test_an_unknown_topic_is_refused(kafka_settings: Settings) -> None:
    unknown = TopicPartition(kafka_settings.topic_prefix + "mispelt", 0)
    with pytest.raises((KafkaError, TimeoutError)):
        async with asyncio.timeout(3):
            await send(kafka_settings, unknown, b"lost")


@pytest.mark.kafka
async def test_a_record_above_the_topics_limit_is_refused(kafka_settings: Settings) -> None:
    partition = await new_partition(kafka_settings, **{"max.message.bytes": "1000"})
    await send(kafka_settings, partition, b"x" * 500)
    with pytest.raises(MessageSizeTooLargeError):
        await send(kafka_settings, partition, b"x" * 2000)


@pytest.mark.kafka
async def test_records_are_kept_beyond_what_memory_holds(kafka_settings: Settings) -> None:
    partition = await new_partition(kafka_settings, **{"max.message.bytes": str(2 * MIB)})
    await send(kafka_settings, partition, *[b"x" * MIB] * 8)
    assert [record.offset for record in await read(kafka_settings, partition)] == list(range(8))


@pytest.mark.kafka
async def test_records_survive_a_crash(tmp_path: Path, topic_prefix: str) -> None:
    if not can_start_on_jvm():
        pytest.skip("needs a Kafka that it may crash: install java and mvn")
    with start_on_jvm(tmp_path) as before:
        settings = settings_for(before, topic_prefix)
        partition = await new_partition(settings)
        await send(settings, partition, b"one", b"two")
        assert isinstance(before, JvmBroker)
        before.kill()
    with start_on_jvm(tmp_path) as after:
        found = await read(settings_for(after, topic_prefix), partition)
    assert [record.value for record in found] == [b"one", b"two"]


@pytest.mark.kafka
async def test_an_acknowledgement_bears_the_producers_timestamp(kafka_settings: Settings) -> None:
    partition = await new_partition(kafka_settings)
    (ack,) = await send(kafka_settings, partition, b"", timestamp_ms=SENT_AT_MS)
    assert ack.timestamp == SENT_AT_MS


@pytest.mark.kafka
async def test_an_offset_is_found_by_time(kafka_settings: Settings) -> None:
    partition = await new_partition(kafka_settings)
    for second in range(5):
        await send(kafka_settings, partition, b"", timestamp_ms=SENT_AT_MS + 1000 * second)
    async with reader(kafka_settings) as client:
        found = await client.offsets_for_times({partition: SENT_AT_MS + 2500})
    assert found[partition].offset == 3


@pytest.mark.kafka
async def test_records_of_an_aborted_transaction_are_not_read(kafka_settings: Settings) -> None:
    partition = await new_partition(kafka_settings)
    await send_aborted_then_committed(kafka_settings, partition)
    found = await read(kafka_settings, partition, isolation_level="read_committed")
    assert [record.value for record in found] == [b"committed"]


@pytest.mark.kafka
async def test_a_group_shares_partitions_and_takes_over_those_of_a_member_that_leaves(
    kafka_settings: Settings,
) -> None:
    partition = await new_partition(kafka_settings)
    async with member(kafka_settings, partition.topic) as first:
        await holds(first, 4)
        async with member(kafka_settings, partition.topic) as second:
            await holds(first, 2)
            await holds(second, 2)
            assert not first.assignment() & second.assignment()
        await holds(first, 4)


def member(settings: Settings, topic: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        **settings.client_options(),
        group_id=settings.topic_prefix + "workers",
        heartbeat_interval_ms=200,
    )


async def holds(client: AIOKafkaConsumer, partitions: int) -> None:
    """Wait until a member of a group has so many partitions."""
    async with asyncio.timeout(TIMEOUT_S):
        while len(client.assignment()) != partitions:
            await client.getmany(timeout_ms=50)


@pytest.mark.kafka
async def test_consumer_groups_are_listed(kafka_settings: Settings) -> None:
    partition = await new_partition(kafka_settings)
    group = kafka_settings.topic_prefix + "workers"
    async with reader(kafka_settings, group_id=group) as client:
        client.subscribe([partition.topic])
        await client.getmany(timeout_ms=3000)
    assert group in [name for name, _ in await listed_groups(kafka_settings)]


async def listed_groups(settings: Settings) -> list[tuple[Any, ...]]:
    admin = AIOKafkaAdminClient(**settings.client_options())
    await admin.start()
    try:
        return list(await admin.list_consumer_groups())
    finally:
        await admin.close()


async def test_memory_makes_an_unknown_topic_with_four_partitions(
    memory_settings: Settings,
) -> None:
    partition = TopicPartition(memory_settings.topic_prefix + "mispelt", MEMORY_PARTITIONS - 1)
    await send(memory_settings, partition, b"kept")
    assert len(await read(memory_settings, partition)) == 1


async def test_memory_takes_a_record_above_the_topics_limit(memory_settings: Settings) -> None:
    partition = await new_partition(memory_settings, **{"max.message.bytes": "1000"})
    await send(memory_settings, partition, b"x" * 2000)


async def test_memory_drops_old_records_above_five_mebibytes(memory_settings: Settings) -> None:
    partition = await new_partition(memory_settings)
    await send(memory_settings, partition, *[b"x" * MIB] * 8)
    assert [record.offset for record in await read(memory_settings, partition)] == [4, 5, 6, 7]


async def test_memory_acknowledges_a_timestamp_of_its_own_and_finds_no_offset_by_time(
    memory_settings: Settings,
) -> None:
    partition = await new_partition(memory_settings)
    (ack,) = await send(memory_settings, partition, b"", timestamp_ms=SENT_AT_MS)
    assert ack.timestamp == MEMORY_TIMESTAMP_MS
    async with reader(memory_settings) as client:
        assert await client.offsets_for_times({partition: 0}) == {partition: None}


async def test_memory_cannot_give_back_what_a_transaction_wrote(memory_settings: Settings) -> None:
    partition = await new_partition(memory_settings)
    await send_aborted_then_committed(memory_settings, partition)
    with pytest.raises(CorruptRecordException):
        await read(memory_settings, partition, isolation_level="read_committed")


async def test_memory_lists_no_groups(memory_settings: Settings) -> None:
    with pytest.raises(KafkaError):
        await listed_groups(memory_settings)
