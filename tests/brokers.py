"""Brokers for tests: the in-memory one, and real Kafka wherever it can be had.

KAFKA_BOOTSTRAP_SERVERS names a running Kafka to use; else a container is started where a Docker
engine answers; else a node on this machine's Java.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from streams.brokers import jvm
from streams.brokers.broker import Broker
from streams.brokers.jars import kafka_version
from streams.brokers.ports import free_port
from streams.brokers.properties import SINGLE_NODE, as_environment
from streams.brokers.ready import answers
from streams.settings import MEMORY_PARTITIONS, Settings

ROOT = Path(__file__).parents[1]
DATA_DIR = ROOT / ".tollway"
URL_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"
HOW_TO_GET_KAFKA = (
    "install java (>= 17) and mvn, e.g. 'apt-get install openjdk-17-jre-headless maven', "
    f"or start Docker, or set {URL_VARIABLE}"
)
CONTAINER_READY_TIMEOUT_S = 90

StartKafka = Callable[[Path], Broker]
"""Starts or finds a Kafka; a local node keeps its records in the given folder."""


class OtherKafka(Broker):
    """A Kafka that runs elsewhere; `end` is called when it is no longer needed."""

    kind = "kafka"

    def __init__(self, bootstrap_servers: str, end: Callable[[], object]) -> None:
        self.bootstrap_servers = bootstrap_servers
        self._end = end

    def stop(self) -> None:
        self._end()

    def is_running(self) -> bool:
        return answers(self.bootstrap_servers)


def find_kafka() -> StartKafka | None:
    """How to come by a real Kafka on this machine, or None."""
    if URL_VARIABLE in os.environ:
        return _given
    if _docker_answers():
        return _in_container
    return start_on_jvm if can_start_on_jvm() else None


def can_start_on_jvm() -> bool:
    return all(shutil.which(program) for program in ("java", "mvn"))


def start_on_jvm(home: Path) -> Broker:
    return jvm.start(DATA_DIR, home=home)


def settings_for(broker: Broker, topic_prefix: str, **more: Any) -> Settings:
    """Settings on `broker`, with as many partitions as both kinds can have."""
    given = {
        "bootstrap_servers": broker.bootstrap_servers,
        "broker_kind": broker.kind,
        "topic_prefix": topic_prefix,
        "partitions": MEMORY_PARTITIONS,
    }
    return Settings(**{**given, **more})


def new_prefix() -> str:
    """A prefix that no other test uses."""
    return f"t{uuid4().hex[:10]}."


def _given(_: Path) -> Broker:
    return _ready(OtherKafka(os.environ[URL_VARIABLE], lambda: None), timeout_s=10)


def _docker_answers() -> bool:
    import docker  # noqa: PLC0415 - slow, and only needed here

    try:
        return bool(docker.from_env(timeout=5).ping())
    except docker.errors.DockerException:
        return False


def _in_container(_: Path) -> Broker:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - slow

    port = free_port()
    container = DockerContainer(f"apache/kafka:{kafka_version()}").with_bind_ports(port, port)
    container.with_envs(**_container_environment(port)).start()
    broker = OtherKafka(f"127.0.0.1:{port}", container.stop)
    return _ready(broker, CONTAINER_READY_TIMEOUT_S)


def _container_environment(port: int) -> dict[str, str]:
    """The node listens on the same port inside and outside, so that its own address is true."""
    listeners = {
        "listeners": f"PLAINTEXT://:{port},CONTROLLER://localhost:9093",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": "1@localhost:9093",
    }
    return as_environment({**SINGLE_NODE, **listeners})


def _ready(broker: Broker, timeout_s: float) -> Broker:
    deadline = time.monotonic() + timeout_s
    while not broker.is_running():
        if time.monotonic() > deadline:
            broker.stop()
            raise TimeoutError(f"no Kafka answers at {broker.bootstrap_servers}")
        time.sleep(0.2)
    return broker
