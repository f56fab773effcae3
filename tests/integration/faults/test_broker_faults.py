"""The broker goes, or a node of it does: work resumes, nothing is lost and nothing done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streams.brokers import jvm
from streams.brokers.broker import Broker
from streams.brokers.ports import free_port
from streams.settings import Settings
from tests.brokers import DATA_DIR, settings_for
from tests.deployments import CODEC, retail_settings
from tests.integration.demo.conftest import tollway
from tests.integration.retail.desk import WORKFLOW, independent_requests
from tests.servers.kafka_cluster import NODES, KafkaCluster, kafka_cluster
from tollway.demo.requests import Request
from tollway.demo.traffic import collect, publish
from tollway.stack.roles import roles
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics
from workflows.retail_support.demo import changed_by_every_run, fresh_store

if TYPE_CHECKING:
    from schemas.records import Outcome

pytestmark = pytest.mark.kafka
REQUESTS = 120
OUTAGE_S = 60.0
Trouble = Callable[[int], None]
"""Called with the number of outcomes so far, again and again."""


def deployed_on(broker: Broker, tmp_path: Path, **more: object) -> Settings:
    """A deployment with a store of its own."""
    url = f"sqlite:///{tmp_path}/store.db"
    fresh_store(url)
    base = settings_for(broker, "", data_dir=tmp_path, **more)
    return retail_settings(base, url, (WORKFLOW / "evals" / "requests.jsonl").resolve())


def survived(settings: Settings, tmp_path: Path, trouble: Trouble, pause_s: float = 0) -> None:
    """Run requests, so far apart, through `trouble`, and find that all promises were kept."""
    rows = {row["id"]: row for row in independent_requests()[:REQUESTS]}
    requests = [Request(row["id"], row["user_id"], row["request"]) for row in rows.values()]
    asyncio.run(ensure_all_topics(settings))
    with Supervisor(settings, tmp_path / "logs") as stack:
        stack.start(roles(workers=2, tool_pools=2))

        def look(outcomes: dict[str, Outcome]) -> None:
            stack.check()
            trouble(len(outcomes))

        outcomes = asyncio.run(_outcomes(settings, requests, look, pause_s))
    given = settings.model_dump(mode="json", exclude_defaults=True)
    tollway("audit", "verify", "--redecide", **{name: str(value) for name, value in given.items()})
    changed = changed_by_every_run(settings.store_url or "")
    for request in requests:
        outcome = outcomes[request.run_id]
        if outcome["outcome"] == "resolved":
            assert changed[request.run_id] == rows[request.id]["changed"], request.id
        else:
            assert outcome["error"], request.id
    resolved = sum(outcome["outcome"] == "resolved" for outcome in outcomes.values())
    assert resolved > len(requests) * 0.8


async def _outcomes(
    settings: Settings,
    requests: list[Request],
    look: Callable[[dict[str, Outcome]], None],
    pause_s: float,
) -> dict[str, Outcome]:
    trickle = asyncio.create_task(_trickle(settings, requests, pause_s))
    outcomes = await collect(settings, CODEC, {request.run_id for request in requests}, look)
    await trickle
    return outcomes


async def _trickle(settings: Settings, requests: list[Request], pause_s: float) -> None:
    for at in range(0, len(requests), 10):
        await publish(settings, CODEC, requests[at : at + 10])
        await asyncio.sleep(pause_s)


class Outage:
    """The only broker is killed once, and comes back after a while."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.port = free_port()
        self.broker = self._start()
        self._killed_at_s = 0.0
        self.over = False

    def __call__(self, outcomes: int) -> None:
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
    survived(deployed_on(outage.broker, tmp_path), tmp_path, outage)
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

    def __call__(self, outcomes: int) -> None:
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
        survived(deployed_on(cluster, tmp_path, replication=3), tmp_path, rolling, pause_s=8.0)
        assert rolling.over
