"""The exporter on a broker: nothing twice, nothing lost, wherever it was ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas.errors import SettingError
from schemas.topics import topics
from sinks.export import open_exporter
from streams.adapters.clients import new_producer
from streams.settings import Settings
from streams.sources.container import append
from streams.sources.export import ExportSource, export_file
from streams.sources.kafka import KafkaSource
from streams.sources.opening import open_source
from streams.sources.record import SourceRecord
from tollway.topics import ensure_all_topics

TOPIC = "outcomes"


@pytest.fixture
async def producer(broker_settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer on a broker that has all topics."""
    await ensure_all_topics(broker_settings)
    async with new_producer(broker_settings, "test") as started:
        yield started


@pytest.fixture
def settings(broker_settings: Settings, producer: AIOKafkaProducer) -> Settings:
    """Settings of a deployment whose topics are there."""
    assert producer is not None
    return broker_settings


async def put(
    producer: AIOKafkaProducer, settings: Settings, *values: bytes, topic: str = TOPIC
) -> None:
    for value in values:
        name = settings.topic_prefix + topic
        await producer.send_and_wait(name, value, key=b"k", partition=1, headers=[("h", b"v")])


async def kept(folder: Path, topic: str = TOPIC, partition: int = 1) -> list[SourceRecord]:
    return [record async for record in ExportSource(folder).read(topic, partition)]


async def export(settings: Settings, folder: Path) -> int:
    async with open_exporter(settings, folder) as exporter:
        return await exporter.catch_up()


async def test_records_are_kept_as_they_are_under_their_logical_topic(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    await put(producer, settings, b"one")
    name = settings.topic_prefix + TOPIC
    await producer.send_and_wait(name, None, key=b"k2", partition=1, headers=[("h", None)])

    assert await export(settings, tmp_path) == 2
    first, second = await kept(tmp_path)
    assert (first.topic, first.partition, first.offset) == (TOPIC, 1, 0)
    assert (first.key, first.value, first.headers) == (b"k", b"one", (("h", b"v"),))
    assert (second.key, second.value, second.headers) == (b"k2", None, (("h", None),))
    assert second.timestamp_ms > 1_600_000_000_000


async def test_an_export_and_the_broker_give_the_same_records(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    await put(producer, settings, *(b"%d" % number for number in range(20)))
    await export(settings, tmp_path)

    async with open_source(settings, None) as source:
        for start in (0, 7, 19, 20, 99):
            live = [record async for record in source.read(TOPIC, 1, start)]
            copy = [record async for record in ExportSource(tmp_path).read(TOPIC, 1, start)]
            assert live == copy
            assert [record.offset for record in live] == list(range(start, 20))
        assert await source.held(TOPIC, 1) == await ExportSource(tmp_path).held(TOPIC, 1) == (0, 20)
        assert await source.held(TOPIC, 0) == (0, 0)
        assert await source.partitions(TOPIC) == [0, 1, 2, 3]
        assert await source.partitions("nonesuch") == []
    assert await ExportSource(tmp_path).partitions(TOPIC) == [1]


async def test_what_is_new_is_added_and_nothing_twice(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    await put(producer, settings, b"1", b"2")
    first = await export(settings, tmp_path)
    await put(producer, settings, b"3")

    assert (first, await export(settings, tmp_path)) == (2, 1)
    assert [record.value for record in await kept(tmp_path)] == [b"1", b"2", b"3"]


async def test_an_exporter_ended_anywhere_goes_on_where_its_files_end(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    values = [b"%d" % number for number in range(60)]
    rng = random.Random(7)

    async def publish() -> None:
        for value in values:
            await put(producer, settings, value)

    publishing = asyncio.create_task(publish())
    while not publishing.done():
        with suppress(asyncio.CancelledError):
            task = asyncio.create_task(export(settings, tmp_path))
            await asyncio.sleep(rng.uniform(0.02, 0.15))
            task.cancel()
            await task
    await export(settings, tmp_path)

    assert [record.value for record in await kept(tmp_path)] == values


async def test_a_write_that_a_kill_cut_off_is_mended(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    await put(producer, settings, b"1" * 100)
    await export(settings, tmp_path)
    await put(producer, settings, b"2" * 100)
    await export(settings, tmp_path)
    path = export_file(tmp_path, TOPIC, 1)
    path.write_bytes(path.read_bytes()[:-10])

    assert await export(settings, tmp_path) == 1
    assert [record.offset for record in await kept(tmp_path)] == [0, 1]


async def test_a_follower_exports_to_the_end_before_it_stops(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    async def follow() -> None:
        async with open_exporter(settings, tmp_path) as exporter:
            await exporter.follow()

    task = asyncio.create_task(follow())
    await asyncio.sleep(0.5)
    await put(producer, settings, b"last")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [record.value for record in await kept(tmp_path)] == [b"last"]


async def test_two_exporters_do_not_write_into_one_folder(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_exporter(settings, tmp_path) as exporter:
        await exporter.catch_up()
        with pytest.raises(SettingError, match="another export into"):
            await export(settings, tmp_path)


async def test_offsets_that_the_broker_has_dropped_are_named(
    producer: AIOKafkaProducer,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The file ends far before what the broker still holds, as after a long pause."""
    await put(producer, settings, b"1", b"2", b"3")

    async with open_exporter(settings, tmp_path) as exporter:
        await exporter._find_partitions()
        for at in exporter._next:
            if at.topic == settings.topic_prefix + TOPIC and at.partition == 1:
                exporter.reader.seek(at, 2)  # as the client does when the broker has no earlier
        await exporter.catch_up()

    assert f"{settings.topic_prefix}{TOPIC}/1: Kafka no longer holds offsets 0 to 1" in caplog.text
    assert [record.offset for record in await kept(tmp_path)] == [2]


async def test_every_topic_is_exported(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    for topic in topics():
        await put(producer, settings, topic.encode(), topic=topic)

    assert await export(settings, tmp_path) == len(topics())
    for topic in topics():
        assert [record.value for record in await kept(tmp_path, topic)] == [topic.encode()]


async def test_blocks_that_come_while_their_copies_are_read_do_not_leave_a_copy_without_its_block(
    producer: AIOKafkaProducer, settings: Settings, tmp_path: Path
) -> None:
    """Copies are cut at the ends that were looked up; the ledger is looked up after them."""
    await put(producer, settings, b"old")
    async with open_exporter(settings, tmp_path) as exporter:
        await exporter._find_partitions()
        ends = exporter.reader.end_offsets

        async def grown(partitions: list[object]) -> object:
            found = await ends(partitions)
            if any(settings.topic_prefix + TOPIC == at.topic for at in partitions):  # type: ignore[attr-defined]
                await put(producer, settings, b"copy")
                await put(producer, settings, b"block", topic="ledger")
            return found

        exporter.reader.end_offsets = grown
        await exporter.catch_up()

    assert [record.value for record in await kept(tmp_path)] == [b"old"]
    assert [record.value for record in await kept(tmp_path, "ledger")] == [b"block"]


async def test_reads_may_go_on_side_by_side(producer: AIOKafkaProducer, settings: Settings) -> None:
    await put(producer, settings, *(b"%d" % number for number in range(10)))
    await put(producer, settings, b"other", topic="ledger")
    source = KafkaSource(settings)

    first = source.read(TOPIC, 1)
    one = await anext(first)
    others = [record.value async for record in source.read("ledger", 1)]
    rest = [record.offset async for record in first]
    await source.close()

    assert (one.offset, others, rest) == (0, [b"other"], list(range(1, 10)))


def test_an_export_made_elsewhere_is_read(tmp_path: Path) -> None:
    record = SourceRecord(TOPIC, 3, 5, 1, None, b"v", ())
    append(export_file(tmp_path, TOPIC, 3), [record])

    assert asyncio.run(kept(tmp_path, TOPIC, 3)) == [record]
