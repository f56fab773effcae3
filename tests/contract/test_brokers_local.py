"""Brokers started on this machine: by `tollway broker`, and what is said when one cannot start."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import SettingError
from streams.brokers import jars, jvm, memory
from streams.brokers.ports import check_free, free_port
from streams.brokers.properties import HOST, as_environment, server_properties
from streams.brokers.ready import answers
from streams.brokers.running import Running, claimed, find_running, is_claimed
from streams.brokers.topics import TopicSpec, ensure_topics
from streams.settings import Settings


def tollway(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tollway", "broker", *words],
        env={"TOLLWAY_DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose broker is stopped at the end, whatever happened."""
    yield tmp_path
    tollway(tmp_path, "stop")


def test_a_detached_broker_is_shown_by_status_and_ended_by_stop(data_dir: Path) -> None:
    started = tollway(data_dir, "start", "--memory", "--detach")
    assert started.returncode == 0, started.stderr
    running = find_running(data_dir)
    assert running is not None
    assert answers(running.bootstrap_servers)
    assert f"TOLLWAY_BOOTSTRAP_SERVERS={running.bootstrap_servers}\n" in started.stdout
    assert "TOLLWAY_BROKER_KIND=memory\n" in started.stdout
    assert tollway(data_dir, "status").stdout == started.stdout
    assert tollway(data_dir, "stop").returncode == 0
    assert not answers(running.bootstrap_servers)
    assert tollway(data_dir, "status").returncode == 1


def test_a_second_broker_in_the_same_folder_is_refused(data_dir: Path) -> None:
    tollway(data_dir, "start", "--memory", "--detach")
    refused = tollway(data_dir, "start", "--memory")
    assert refused.returncode == 1
    assert "has a local broker already" in refused.stderr


def test_stop_without_a_broker_says_how_to_start_one(tmp_path: Path) -> None:
    refused = tollway(tmp_path, "stop")
    assert refused.returncode == 1
    assert "'tollway broker start' starts one" in refused.stderr


def test_a_port_for_the_memory_broker_is_refused(tmp_path: Path) -> None:
    refused = tollway(tmp_path, "start", "--memory", "--port", "9092")
    assert refused.returncode == 2
    assert "leave --port away" in refused.stderr


def test_a_broker_that_cannot_start_in_the_background_says_why(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = tollway(tmp_path, "start", "--detach", "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.count("Error: ") == 1
    assert f"port {port} is in use" in refused.stderr or "is not on the PATH" in refused.stderr


def test_a_process_that_died_leaves_no_claim(tmp_path: Path) -> None:
    holder = (
        "import os, pathlib, sys; from streams.brokers.running import Running, claimed\n"
        "with claimed(pathlib.Path(sys.argv[1])) as claim:\n"
        "    claim.announce(Running('memory', 'localhost:1', os.getpid())); os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", holder, tmp_path], check=False)
    assert (tmp_path / "broker.json").read_text()
    assert not is_claimed(tmp_path)
    assert find_running(tmp_path) is None


def test_a_broker_that_does_not_answer_yet_is_not_found(tmp_path: Path) -> None:
    with claimed(tmp_path) as claim:
        assert find_running(tmp_path) is None
        claim.announce(Running("memory", "localhost:1", 7))
        assert find_running(tmp_path) == Running("memory", "localhost:1", 7)


def test_a_missing_program_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SettingError, match=r"java is not on the PATH: .*apt-get install openjdk"):
        jvm.start(Path())
    with pytest.raises(SettingError, match=r"mvn is not on the PATH: .*apt-get install maven"):
        jars.find_program("mvn")


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=rf"port {port} is in use.*--port"):
            check_free(port)
    assert check_free(port) == port


def test_jars_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kafka" / "libs" / jars.kafka_version()
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", "")
    assert jars.fetch_jars(tmp_path, pytest.fail) == folder


def test_a_stopped_memory_broker_is_gone() -> None:
    broker = memory.start()
    assert broker.is_running()
    assert answers(broker.bootstrap_servers)
    broker.stop()
    broker.stop()
    assert not broker.is_running()
    assert not answers(broker.bootstrap_servers)


async def test_an_address_where_no_broker_answers_is_named() -> None:
    settings = Settings(bootstrap_servers=f"{HOST}:{free_port()}")
    with pytest.raises(SettingError, match=r"TOLLWAY_BOOTSTRAP_SERVERS=.*tollway broker start"):
        await ensure_topics(settings, [TopicSpec("records", 1)])


def test_properties_become_variables_of_the_container_image() -> None:
    names = {"log.dirs": "/data", "a.b-c_d": "1"}
    assert as_environment(names) == {"KAFKA_LOG_DIRS": "/data", "KAFKA_A_B___C__D": "1"}


def test_a_local_node_listens_on_this_machine_only(tmp_path: Path) -> None:
    rows = server_properties(9092, 9093, tmp_path)
    assert rows["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert rows["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"
