"""The warehouse's file is written and read at the same time, by processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer

from schemas.errors import WarehouseUnavailable
from sinks.warehouse.reading import Reader
from streams.settings import Settings
from tests.unit.sinks.world import World
from tollway.stack.supervisor import environment

RUNS = 40
TIMEOUT_S = 60


@pytest.fixture(scope="module")
def world() -> World:
    """Runs enough to write for a while."""
    return World().run(*({"event_id": f"e-{number}"} for number in range(RUNS)))


@pytest.fixture
def sink(memory_settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`tollway sink warehouse` as a process."""
    settings = memory_settings.model_copy(update={"data_dir": tmp_path})
    process = subprocess.Popen(
        [sys.executable, "-m", "tollway", "sink", "warehouse"],
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def test_questions_are_answered_while_the_sink_writes_and_it_lands_everything(
    sink: subprocess.Popen[str], memory_settings: Settings, world: World, tmp_path: Path
) -> None:
    producer = Producer({"bootstrap.servers": memory_settings.bootstrap_servers})
    topic = memory_settings.topic_prefix + "ledger"
    reader, counts = Reader(tmp_path / "warehouse.duckdb", patience_s=20), [0]

    blocks = [record.value for record in world.topics["ledger"]]
    for start in range(0, len(blocks), 20):
        for value in blocks[start : start + 20]:
            producer.produce(topic, value, partition=0)
        producer.flush(10)
        counts.append(_count(reader))
    while counts[-1] < RUNS:
        assert sink.poll() is None, sink.communicate()[0]
        counts.append(_count(reader))
    sink.send_signal(signal.SIGTERM)
    output, _ = sink.communicate(timeout=TIMEOUT_S)

    assert counts == sorted(counts)
    assert sink.returncode == 0, output
    assert f"{len(blocks)} blocks of the ledger taken" in output


def _count(reader: Reader) -> int:
    """Runs with an outcome; none before the sink has made its tables."""
    try:
        answer = reader.ask("SELECT count(*) FROM runs WHERE outcome <> 'open'")
    except WarehouseUnavailable:
        return 0
    return int(answer.rows[0][0])


def test_a_sink_killed_at_any_time_goes_on_where_it_was(
    memory_settings: Settings, world: World, tmp_path: Path
) -> None:
    settings = memory_settings.model_copy(update={"data_dir": tmp_path})
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
    for record in world.topics["ledger"]:
        producer.produce(settings.topic_prefix + "ledger", record.value, partition=0)
    producer.flush(10)

    for seconds in (1.2, 1.4, 1.6, 1.8):
        process = subprocess.Popen(
            [sys.executable, "-m", "tollway", "sink", "warehouse"], env=environment(settings)
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(
        [sys.executable, "-m", "tollway", "sink", "warehouse", "--once"],
        env=environment(settings),
        check=True,
        timeout=TIMEOUT_S,
    )

    answer = Reader(tmp_path / "warehouse.duckdb").ask("SELECT count(*), sum(calls) FROM runs")
    assert answer.rows == [(RUNS, 4 * RUNS)]
