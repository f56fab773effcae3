"""Three Kafka nodes on this machine's Java, every topic on all of them, two of three must agree."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streams.brokers import jvm
from streams.brokers.broker import Broker
from streams.brokers.jvm import JvmBroker
from streams.brokers.ports import free_port
from streams.brokers.properties import HOST, SINGLE_NODE, node_properties
from streams.brokers.ready import answers
from tests.brokers import DATA_DIR

NODES = (1, 2, 3)
READY_TIMEOUT_S = 90.0
REPLICATED = {
    name: "3" for name, value in SINGLE_NODE.items() if "replication.factor" in name and value
}
AGREED = {"transaction.state.log.min.isr": "2"}


@dataclass(slots=True)
class KafkaCluster(Broker):
    """The cluster; nodes are killed and started again by their number."""

    home: Path
    kind = "kafka"
    bootstrap_servers: str = ""
    _ports: dict[int, int] = field(default_factory=lambda: {node: free_port() for node in NODES})
    _controllers: dict[int, int] = field(
        default_factory=lambda: {node: free_port() for node in NODES}
    )
    _running: dict[int, JvmBroker] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bootstrap_servers = ",".join(f"{HOST}:{port}" for port in self._ports.values())

    def start(self, node: int) -> None:
        """Start a node, again perhaps; it may not answer yet."""
        voters = ",".join(f"{n}@{HOST}:{port}" for n, port in self._controllers.items())
        home = self.home / str(node)
        ports = (self._ports[node], self._controllers[node])
        own = node_properties(node, *ports, voters, home / "data")
        rows = {**SINGLE_NODE, **REPLICATED, **AGREED, **own}
        self._running[node] = jvm.launch(DATA_DIR, self._ports[node], home, rows)

    def kill(self, node: int) -> None:
        """End a node at once, as a crash would."""
        self._running.pop(node).kill()

    def wait_ready(self, node: int) -> None:
        """Wait until a node answers."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not answers(f"{HOST}:{self._ports[node]}"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"node {node} does not answer; see {self._running[node].log}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End all nodes."""
        for node in list(self._running):
            self.kill(node)

    def is_running(self) -> bool:
        """Whether every node is there."""
        return len(self._running) == len(NODES)


@contextmanager
def kafka_cluster(home: Path) -> Iterator[KafkaCluster]:
    """A cluster whose nodes all answer."""
    cluster = KafkaCluster(home)
    try:
        for node in NODES:
            cluster.start(node)
        for node in NODES:
            cluster.wait_ready(node)
        yield cluster
    finally:
        cluster.stop()
