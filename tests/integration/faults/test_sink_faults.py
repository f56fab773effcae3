"""The sink's disk is full, or another process holds its file: it says so and loses nothing."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer

from sinks.warehouse.reading import Reader
from streams.settings import Settings
from tests.unit.sinks.world import World
from tollway.stack.supervisor import environment

RUNS = 30
TIMEOUT_S = 90
FULL_AT_BYTES = 100_000
"""Less than the runs need: no file of the process may grow beyond this."""


@pytest.fixture(scope="module")
def world() -> World:
    """Runs with outcomes."""
    return World().run(*({"event_id": f"e-{number}"} for number in range(RUNS)))


@pytest.fixture
def settings(memory_settings: Settings, world: World, tmp_path: Path) -> Settings:
    """A ledger on a broker, with an empty data folder."""
    given = memory_settings.model_copy(update={"data_dir": tmp_path})
    producer = Producer({"bootstrap.servers": given.bootstrap_servers})
    for record in world.topics["ledger"]:
        producer.produce(given.topic_prefix + "ledger", record.value, partition=0)
    producer.flush(10)
    return given


def started(settings: Settings, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """`tollway sink warehouse --once`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tollway", "sink", "warehouse", "--once"],
        env=environment(settings),
        preexec_fn=before,  # noqa: PLW1509  this test starts no threads
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def sink(settings: Settings, before: Callable[[], None] | None = None) -> tuple[int, str]:
    """The sink to its end: exit code, and all that it said."""
    with started(settings, before) as process:
        said = "".join(process.communicate(timeout=TIMEOUT_S))
        return process.returncode, said


def ended_runs(settings: Settings) -> int:
    """Runs with an outcome in the warehouse."""
    reader = Reader(settings.data_dir / "warehouse.duckdb", patience_s=20)
    return int(reader.ask("SELECT count(*) FROM runs WHERE outcome <> 'open'").rows[0][0])


def fill_the_disk() -> None:
    """As far as this process can see."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, FULL_AT_BYTES))


def test_a_full_disk_is_told_and_nothing_is_missing_once_there_is_room(settings: Settings) -> None:
    code, said = sink(settings, fill_the_disk)
    assert code == 1, said
    assert "warehouse.duckdb" in said
    assert "could not be written" in said
    assert "Traceback" not in said
    assert sink(settings)[0] == 0
    assert ended_runs(settings) == RUNS


def test_a_file_that_another_process_holds_is_named_and_waited_for(settings: Settings) -> None:
    path = settings.data_dir / "warehouse.duckdb"
    hold = f"import duckdb; held = duckdb.connect({str(path)!r}); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with started(settings) as waiting:
            assert waiting.stderr is not None
            said = waiting.stderr.readline()
            assert f"{path} is in use by " in said
            assert str(holder.pid) in said
            assert waiting.poll() is None
            holder.kill()
            assert waiting.wait(TIMEOUT_S) == 0
    assert ended_runs(settings) == RUNS
