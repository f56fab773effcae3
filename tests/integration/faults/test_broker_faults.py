"""The broker goes, or a node of it does: work resumes, nothing is lost and nothing done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.brokers import jvm
from streams.brokers.ports import free_port
from tests.brokers import DATA_DIR
from tests.promises import MOST, deployed_on, survived
from tests.servers.kafka_cluster import NODES, KafkaCluster, kafka_cluster
from tollway.stack.supervisor import Supervisor

pytestmark = pytest.mark.kafka
REQUESTS = 120
OUTAGE_S = 60.0


class Outage:
    """The only broker is killed once, and comes back after a while."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.port = free_port()
        self.broker = self._start()
        self._killed_at_s = 0.0
        self.over = False

    def allows(self, share: float) -> bool:
        """See Trouble."""
        return share < MOST or self.over

    def __call__(self, stack: Supervisor, outcomes: int) -> None:  # noqa: ARG002  not its processes
        now_s = time.monotonic()
        if outcomes > REQUESTS / 10 and not self._killed_at_s:
            self.broker.kill()
            self._killed_at_s = now_s
        elif self._killed_at_s and not self.over and now_s - self._killed_at_s > OUTAGE_S:
            self.broker = self._start()
            self.over = True

    def _start(self) -> jvm.JvmBroker:
        return jvm.start(DATA_DIR, port=self.port, home=self._home)


@pytest.fixture
def outage(tmp_path: Path) -> Iterator[Outage]:
    """A broker that will go."""
    outage = Outage(tmp_path / "kafka")
    yield outage
    outage.broker.stop()


def test_work_resumes_after_a_minute_without_a_broker(outage: Outage, tmp_path: Path) -> None:
    survived(deployed_on(outage.broker, tmp_path), tmp_path / "logs", outage, REQUESTS)
    assert outage.over


class Rolling:
    """Every node in turn is killed, and started again before the next one is."""

    def __init__(self, cluster: KafkaCluster) -> None:
        self._cluster = cluster
        self._left = list(NODES)
        self._down = 0
        self._at = 0

    @property
    def over(self) -> bool:
        """Whether every node has had its turn."""
        return not self._left and not self._down

    def allows(self, share: float) -> bool:
        """See Trouble."""
        return share < MOST or self.over

    def __call__(self, stack: Supervisor, outcomes: int) -> None:  # noqa: ARG002  not its processes
        if outcomes < self._at:
            return
        self._at = outcomes + 1
        if self._down:
            self._cluster.start(self._down)
            self._cluster.wait_ready(self._down)
            self._down = 0
        elif self._left:
            self._down = self._left.pop()
            self._cluster.kill(self._down)


def test_work_goes_on_while_leaders_change_on_a_cluster_of_three(tmp_path: Path) -> None:
    with kafka_cluster(tmp_path / "kafka") as cluster:
        rolling = Rolling(cluster)
        settings = deployed_on(cluster, tmp_path, replication=3)
        survived(settings, tmp_path / "logs", rolling, REQUESTS, pause_s=8.0)
        assert rolling.over
