"""kill -9 under load on real Kafka: nothing is lost and nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import CODEC, retail_settings
from tests.integration.demo.conftest import tollway
from tests.integration.retail.desk import WORKFLOW, independent_requests
from tollway.demo.requests import Request
from tollway.demo.traffic import collect, publish
from tollway.stack.roles import roles
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics
from workflows.retail_support.demo import changed_by_every_run, fresh_store

if TYPE_CHECKING:
    from schemas.records import Outcome

REQUESTS = 150
KILLS = 8
KILL_EVERY_S = 3.0
VICTIMS = ("worker", "pool-model", "pool-retrieval", "pool-tool", "gateway")


@pytest.fixture
def settings(kafka_broker: Broker, tmp_path: Path) -> Settings:
    """A deployment on real Kafka with a store and topics of its own."""
    url = f"sqlite:///{tmp_path}/store.db"
    fresh_store(url)
    base = settings_for(kafka_broker, new_prefix(), data_dir=tmp_path)
    return retail_settings(base, url, (WORKFLOW / "evals" / "requests.jsonl").resolve())


def test_every_run_has_one_outcome_and_no_effect_is_lost_or_repeated_when_processes_are_killed(
    settings: Settings, tmp_path: Path
) -> None:
    rows = {row["id"]: row for row in independent_requests()[:REQUESTS]}
    requests = [Request(row["id"], row["user_id"], row["request"]) for row in rows.values()]
    asyncio.run(ensure_all_topics(settings))
    with Supervisor(settings, tmp_path / "logs") as stack:
        stack.start(roles(workers=2, tool_pools=2))
        killer = Killer(stack, seed=7)
        outcomes = asyncio.run(_run(settings, requests, killer))

    assert killer.killed > KILLS / 2
    tollway("audit", "verify", "--redecide", **_as_strings(settings))
    changed = changed_by_every_run(settings.store_url or "")
    for request in requests:
        outcome = outcomes[request.run_id]
        row = rows[request.id]
        if outcome["outcome"] == "resolved":
            assert changed[request.run_id] == row["changed"], request.id
        else:
            assert outcome["error"], request.id
    resolved = sum(outcome["outcome"] == "resolved" for outcome in outcomes.values())
    assert resolved > len(requests) * 0.8


class Killer:
    """Kills one process of the stack every so often; the supervisor starts it again."""

    def __init__(self, stack: Supervisor, seed: int) -> None:
        self._stack = stack
        self._chance = random.Random(seed)
        self._last = 0.0
        self.killed = 0

    def __call__(self, outcomes: dict[str, Outcome]) -> None:
        """Called as outcomes come."""
        self._stack.check()
        now = asyncio.get_running_loop().time()
        if outcomes and self.killed < KILLS and now - self._last > KILL_EVERY_S:
            self._last = now
            self._kill(self._chance.choice(VICTIMS))

    def _kill(self, name: str) -> None:
        for child, pid in self._stack.pids().items():
            if child.startswith(name):
                os.kill(pid, signal.SIGKILL)
                self.killed += 1
                return


def _as_strings(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(mode="json", exclude_defaults=True)
    return {name: str(value) for name, value in given.items()}


async def _run(settings: Settings, requests: list[Request], killer: Killer) -> dict[str, Outcome]:
    first, rest = requests[:20], requests[20:]
    await publish(settings, CODEC, first)
    trickle = asyncio.create_task(_trickle(settings, rest))
    outcomes = await collect(settings, CODEC, {request.run_id for request in requests}, killer)
    await trickle
    return outcomes


async def _trickle(settings: Settings, requests: list[Request]) -> None:
    """Requests over time, so that processes die in the middle of them."""
    for at in range(0, len(requests), 10):
        await publish(settings, CODEC, requests[at : at + 10])
        await asyncio.sleep(1.0)
