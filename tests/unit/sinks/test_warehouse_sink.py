"""The sink may be ended and started anywhere, and the warehouse is the same."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ChainBroken, WarehouseUnavailable
from sinks.warehouse import sink as sink_module
from sinks.warehouse.reading import QueryRefused, Reader
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Batch, Position, Warehouse
from streams.sources.record import RecordSource
from tests.builders import CODEC
from tests.unit.sinks.conftest import land, tiny_world
from tests.unit.sinks.world import MemorySource, World

FACTS = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'facts' ORDER BY 1"


def content(path: Path) -> dict[str, list[Any]]:
    """Every row of every table."""
    with duckdb.connect(path, read_only=True) as connection:
        tables = [name for (name,) in connection.execute(FACTS).fetchall()]
        return {t: connection.execute(f"FROM facts.{t} ORDER BY ALL").fetchall() for t in tables}


def ledger(world: World, end: int) -> MemorySource:
    """The ledger up to an offset."""
    return MemorySource({"ledger": world.topics["ledger"][:end]})


@given(ends=st.lists(st.integers(0, 30), max_size=4), batch_rows=st.integers(1, 50))
@settings(max_examples=15, deadline=None)
async def test_however_often_it_is_started_again_the_warehouse_is_the_same(
    world: World,
    landed: Path,
    tmp_path_factory: pytest.TempPathFactory,
    ends: list[int],
    batch_rows: int,
) -> None:
    path = tmp_path_factory.mktemp("again") / "w.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sink_module, "BATCH_ROWS", batch_rows)
        for end in sorted(ends):
            await land(ledger(world, end), path)
        await land(world.source(), path)
        await land(world.source(), path)

    assert content(path) == content(landed)


async def test_a_batch_that_cannot_be_committed_whole_leaves_nothing(warehouse: Path) -> None:
    before = content(warehouse)
    batch = Batch()
    batch.add("checks", {"ledger_partition": 0, "ledger_offset": 99, "ledger_index": 0, "item": 0})
    batch.positions[0] = Position(100, b"", 99, 0)

    with pytest.raises(duckdb.Error):
        Warehouse(warehouse).commit(batch)

    assert content(warehouse) == before


def test_a_killed_commit_leaves_all_or_nothing(warehouse: Path) -> None:
    before = content(warehouse)
    killed = f"""
import os, duckdb
c = duckdb.connect({str(warehouse)!r})
c.begin()
c.execute("DELETE FROM facts.decisions")
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", killed], check=False)

    assert content(warehouse) == before


class Interrupted(MemorySource):
    """A source that is slow, so that a cancellation meets a read under way."""

    async def read(self, topic: str, partition: int, from_offset: int = 0) -> Any:
        async for record in MemorySource.read(self, topic, partition, from_offset):
            await asyncio.sleep(0.002)
            yield record


@pytest.mark.parametrize("after_ms", [1, 30, 60, 120])
async def test_a_sink_that_is_told_to_stop_goes_to_the_end_first_and_doubles_nothing(
    world: World, landed: Path, tmp_path: Path, after_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink_module, "BATCH_ROWS", 5)
    path = tmp_path / "w.duckdb"
    sink = WarehouseSink(Interrupted(world.topics), Warehouse(path), CODEC)
    task = asyncio.create_task(sink.follow())
    await asyncio.sleep(after_ms / 1000)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert content(path) == content(landed)


async def test_new_blocks_are_taken_as_they_come(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "w.duckdb"
    world.run({"event_id": "a"})
    sink = WarehouseSink(world.source(), Warehouse(path), CODEC)
    first = await sink.catch_up()
    world.run({"event_id": "b"})

    assert await sink.catch_up() == len(world.topics["ledger"]) - first
    assert Reader(path).ask("SELECT count(*) FROM runs").rows == [(2,)]


async def test_a_gap_on_the_ledger_stops_it_and_names_the_place(
    world: World, tmp_path: Path
) -> None:
    source = ledger(world, 99)
    del source.topics["ledger"][3]

    with pytest.raises(ChainBroken, match=r"ledger/0 offset 4: offset 3 was to come here"):
        await land(source, tmp_path / "w.duckdb")


async def test_a_record_that_is_no_block_stops_it_and_names_the_place(tmp_path: Path) -> None:
    world = World().run({"event_id": "a"})
    world.append("ledger", b"no block")

    with pytest.raises(ChainBroken, match=r"ledger/0 offset \d+: it is no block"):
        await land(world.source(), tmp_path / "w.duckdb")


async def test_another_ledger_is_not_mixed_in(warehouse: Path) -> None:
    other = World().run({"event_id": "x"}, {"event_id": "y"}, {"event_id": "z"})
    other.run({"event_id": "v"}, {"event_id": "w"})

    with pytest.raises(WarehouseUnavailable, match="not the ledger that this warehouse was built"):
        await land(other.source(), warehouse)


async def test_a_shorter_ledger_is_not_mixed_in(world: World, warehouse: Path) -> None:
    with pytest.raises(WarehouseUnavailable, match="not the ledger that this warehouse was built"):
        await land(ledger(world, 3), warehouse)


async def test_a_ledger_whose_beginning_is_gone_asks_for_an_export(
    world: World, tmp_path: Path
) -> None:
    source = MemorySource({"ledger": world.topics["ledger"][2:]})

    with pytest.raises(WarehouseUnavailable, match="with an export"):
        await land(source, tmp_path / "w.duckdb")


async def test_a_warehouse_of_another_version_is_not_touched(world: World, warehouse: Path) -> None:
    with duckdb.connect(warehouse) as connection:
        connection.execute("UPDATE warehouse_version SET fingerprint = 'older'")

    with pytest.raises(WarehouseUnavailable, match="delete it and start the sink again"):
        await land(world.source(), warehouse)


def holding(path: Path, seconds: float, *, read_only: bool) -> subprocess.Popen[str]:
    """Another process that has the file open for some time."""
    code = (
        f"import duckdb, time\nc = duckdb.connect({str(path)!r}, read_only={read_only})\n"
        f"print('open', flush=True)\ntime.sleep({seconds})"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


async def test_the_sink_waits_for_readers_and_says_so(
    world: World, warehouse: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sinks.warehouse.connection.SAY_SO_AFTER_S", 0.1)
    shutil.copy(warehouse, warehouse.with_name("before.duckdb"))
    with holding(warehouse, 1.0, read_only=True):
        await land(world.source(), warehouse)

    assert "is in use by" in caplog.text
    assert "PID" in caplog.text


def test_a_reader_waits_while_another_process_writes(warehouse: Path) -> None:
    with holding(warehouse, 0.8, read_only=False):
        started = time.monotonic()
        assert Reader(warehouse).ask("SELECT 1").rows == [(1,)]

    assert time.monotonic() - started > 0.3


def test_a_reader_gives_up_and_says_who_has_the_file(warehouse: Path) -> None:
    with holding(warehouse, 2.0, read_only=False) as process:
        with pytest.raises(WarehouseUnavailable, match=rf"PID {process.pid}.*try again"):
            Reader(warehouse, patience_s=0.2).ask("SELECT 1")
        process.kill()


def test_no_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseUnavailable, match="tollway sink warehouse"):
        Reader(tmp_path / "none.duckdb").ask("SELECT 1")


def test_a_file_that_is_no_warehouse_says_so(tmp_path: Path) -> None:
    (tmp_path / "w.duckdb").write_bytes(b"nonsense" * 1000)

    with pytest.raises(WarehouseUnavailable, match="cannot be opened"):
        Reader(tmp_path / "w.duckdb").ask("SELECT 1")


def test_a_question_that_fails_lists_what_there_is(reader: Reader) -> None:
    with pytest.raises(QueryRefused, match=r"(?s)nonesuch.*runs: run_id, event_id"):
        reader.ask("SELECT nonesuch FROM runs")


def test_a_reader_cannot_change_anything(reader: Reader) -> None:
    with pytest.raises(QueryRefused, match="read-only"):
        reader.ask("DELETE FROM facts.decisions")


def test_a_source_is_what_the_sink_takes(world: World) -> None:
    source: RecordSource = world.source()

    assert asyncio.run(source.partitions("ledger")) == [0]


async def test_the_same_world_lands_the_same_way(tmp_path: Path, landed: Path) -> None:
    await land(tiny_world().source(), tmp_path / "w.duckdb")

    assert content(tmp_path / "w.duckdb") == content(landed)
