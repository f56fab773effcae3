"""Apache Kafka itself: one node in KRaft mode, as a child process on the JVM."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from schemas.errors import SettingError
from streams.brokers.broker import Broker
from streams.brokers.jars import fetch_jars, find_program
from streams.brokers.ports import check_free, free_port
from streams.brokers.properties import HOST, secured, server_properties
from streams.brokers.ready import answers

CLUSTER_ID = "Tollway-single-node-0A"
HEAP = "-Xmx512m"
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
LOG_TAIL_CHARACTERS = 2_000


class JvmBroker(Broker):
    """A node whose records stay in `home` when it stops."""

    kind = "kafka"

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._process = process
        self.port = port
        self.bootstrap_servers = f"{HOST}:{port}"
        self.log = log

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        self._process.wait()

    def is_running(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None


def start(
    data_dir: Path,
    *,
    port: int | None = None,
    home: Path | None = None,
    say: Callable[[str], None] = print,
) -> JvmBroker:
    """Start a node and wait until it answers.

    Jars go under `data_dir`, records and log into `home` (default: beside the jars); `port` is a
    free one when not given. Raises SettingError when java, Maven or the port is missing, or when
    the node does not come up.
    """
    port = free_port() if port is None else check_free(port)
    home = home or data_dir / "kafka" / "node"
    rows = server_properties(port, free_port(), home / "data")
    return _wait_ready(launch(data_dir, port, home, rows, say))


def start_secured(
    data_dir: Path, home: Path, passwords: Mapping[str, str], administrator: str
) -> JvmBroker:
    """Start a node that wants a login and checks permissions; see `properties.secured`."""
    port = free_port()
    rows = server_properties(port, free_port(), home / "data")
    given = launch(data_dir, port, home, secured(rows, passwords, administrator))
    login = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": administrator,
        "sasl.password": passwords[administrator],
    }
    return _wait_ready(given, login)


def launch(
    data_dir: Path,
    port: int,
    home: Path,
    properties: Mapping[str, str],
    say: Callable[[str], None] = print,
) -> JvmBroker:
    """Start a node with all of its properties, formatted if it is new; it may not answer yet."""
    java = find_program("java")
    command = [java, HEAP, "-Dlog4j2.level=WARN", "-cp", f"{fetch_jars(data_dir, say)}/*"]
    path = _write_properties(home, properties)
    _format(command, path, home)
    log = home / "kafka.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            [*command, "kafka.Kafka", str(path)], stdout=output, stderr=subprocess.STDOUT
        )
    return JvmBroker(process, port, log)


def _write_properties(home: Path, properties: Mapping[str, str]) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    path = home / "server.properties"
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), "utf-8")
    return path


def _format(command: list[str], properties: Path, home: Path) -> None:
    if (home / "data" / "meta.properties").exists():
        return
    tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties)]
    done = subprocess.run([*command, *tool], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise SettingError(f"Kafka could not format {home}; it said:\n{done.stderr.strip()}")


def _wait_ready(broker: JvmBroker, login: Mapping[str, str] | None = None) -> JvmBroker:
    """`broker`, once it answers; it is stopped when anything goes wrong meanwhile."""
    try:
        _await_answer(broker, login or {})
    except BaseException:
        broker.kill()
        raise
    return broker


def _await_answer(broker: JvmBroker, login: Mapping[str, str]) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not answers(broker.bootstrap_servers, login):
        if time.monotonic() > deadline or not broker.is_running():
            raise SettingError(f"Kafka did not come up; {broker.log} ends with:\n{_tail(broker)}")
        time.sleep(0.1)


def _tail(broker: JvmBroker) -> str:
    return broker.log.read_text("utf-8", errors="replace")[-LOG_TAIL_CHARACTERS:].strip()
