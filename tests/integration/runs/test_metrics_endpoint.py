"""Metrics of processes that run: scraped over HTTP, they agree with what was published."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from click.testing import CliRunner

from streams.brokers.broker import Broker
from streams.brokers.ports import free_port
from streams.settings import Settings
from tests.deployments import Deployment, deployed
from tests.integration.runs.conftest import Recorded
from tests.integration.runs.test_retail_runs import RESOLVED, event
from tollway.cli import main

ROLES = ("worker", "model", "retrieval", "tool", "gateway")
PATIENCE_S = 20.0


@pytest.fixture
def driver() -> str:
    """Nor on the driver; this one is the default."""
    return "faust"


@pytest.fixture
def broker(memory_broker: Broker) -> Broker:
    """What is measured does not depend on the broker."""
    return memory_broker


@pytest.fixture
def ports() -> Mapping[str, int]:
    """A port for each role."""
    return {role: free_port() for role in ROLES}


@pytest.fixture
async def deployment(settings: Settings, ports: Mapping[str, int]) -> AsyncIterator[Deployment]:
    """One of each process, each with a port of its own."""
    async with AsyncExitStack() as stack:
        for role, port in ports.items():
            own = settings.model_copy(update={"metrics_port": port})
            running = await stack.enter_async_context(deployed(own, [role]))
        yield running


class Scraped:
    """What one process shows of Tollway's own, as the command reads it."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def value(self, name: str, **labels: str) -> float | None:
        """The value of one series."""
        found = [row for row in self.rows if (row["name"], row["labels"]) == (name, labels)]
        return found[0]["value"] if found else None

    def labels(self, name: str, label: str) -> set[str]:
        """Every value of a label of one metric."""
        return {row["labels"][label] for row in self.rows if row["name"] == name}

    def total(self, name: str) -> float:
        """The sum of all series of one metric."""
        return float(sum(row["value"] for row in self.rows if row["name"] == name))


async def scraped(port: int) -> Scraped:
    """What the process on this port shows."""
    arguments = ["metrics", "--port", str(port), "--json"]
    result = await asyncio.to_thread(CliRunner().invoke, main, arguments)
    return Scraped(json.loads(result.output))


async def until(port: int, name: str, **labels: str) -> Scraped:
    """The same, once a series is at 1: a record may be seen before its block is counted."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await scraped(port)
            if found.value(name, **labels) == 1:
                return found
            await asyncio.sleep(0.1)


async def test_a_worker_shows_its_decisions_its_money_and_its_runs(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    good = event(recorded[RESOLVED[0]])
    await deployment.publish(good)
    outcome = (await deployment.outcomes(1))[good["event_id"]]
    flow, scope = {"workflow": "retail_support"}, {"scope": "run"}
    worker = await until(ports["worker"], "tollway_runs_finished_total", **flow, outcome="resolved")
    assert worker.value("tollway_decisions_total", state="log", rule="log.logged") == 1
    assert worker.value("tollway_run_seconds_count", **flow) == 1
    spent = outcome["spent_usd_micros"]
    assert worker.value("tollway_settled_usd_micros_total", **flow, **scope) == spent > 0
    assert (worker.value("tollway_reserved_usd_micros_total", **flow, **scope) or 0) >= spent
    assert worker.value("tollway_forwarded_records_total", topic="outcomes") == 1


async def test_a_worker_shows_its_partitions_and_blocks(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    good = event(recorded[RESOLVED[0]])
    await deployment.publish(good)
    await deployment.outcomes(1)
    done = {"workflow": "retail_support", "outcome": "resolved"}
    worker = await until(ports["worker"], "tollway_runs_finished_total", **done)
    partitions = deployment.settings.partitions
    assert worker.value("tollway_owned_partitions") == partitions
    assert (worker.value("tollway_fold_seconds_count") or 0) >= partitions
    appended = worker.value("tollway_ledger_blocks_total", outcome="appended")
    assert worker.value("tollway_ledger_blocks_total", outcome="accepted") == appended
    assert worker.value("tollway_ledger_append_seconds_count") == appended
    assert worker.value("tollway_inbox_records") == 0


async def test_pools_show_the_calls_of_the_outcome(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    good = event(recorded[RESOLVED[0]])
    await deployment.publish(good)
    outcome = (await deployment.outcomes(1))[good["event_id"]]
    pools = {kind: await scraped(ports[kind]) for kind in ("model", "retrieval", "tool")}
    for kind, pool in pools.items():
        assert pool.labels("tollway_calls_total", "kind") == {kind}
        assert pool.labels("tollway_calls_total", "status") == {"done"}
        assert pool.total("tollway_call_seconds_count") == pool.total("tollway_calls_total")
    made = sum(pool.total("tollway_calls_total") for pool in pools.values())
    assert made == outcome["calls"]
    assert pools["model"].total("tollway_model_tokens_total") > 0


async def test_the_gateway_shows_what_it_sends_on_and_what_it_cannot_read(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    await deployment.publish_raw(b"nonsense")
    await deployment.publish(event(recorded[RESOLVED[0]]))
    await deployment.outcomes(1)
    dead = {"topic": "intake", "reason": "NotFramed"}
    gateway = await until(ports["gateway"], "tollway_dead_letters_total", **dead)
    assert gateway.value("tollway_forwarded_records_total", topic="intake.dead") == 1
    assert gateway.value("tollway_forwarded_records_total", topic="state.intake") == 1


async def test_no_label_holds_a_run_a_workspace_or_a_customer(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    good = event(recorded[RESOLVED[0]])
    await deployment.publish(good)
    outcome = (await deployment.outcomes(1))[good["event_id"]]
    secret = {outcome["run_id"], outcome["workspace"], outcome["user_id"], outcome["event_id"]}
    for port in ports.values():
        shown = {value for row in (await scraped(port)).rows for value in row["labels"].values()}
        assert shown
        assert not shown & secret
