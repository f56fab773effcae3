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
Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def broker(memory_broker: Broker) -> Broker:
    """What is measured does not depend on the broker."""
    return memory_broker


@pytest.fixture(scope="module")
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


async def scraped(port: int) -> Samples:
    """Every sample of Tollway's own by name and label values, as the command reads them."""
    arguments = ["metrics", "--port", str(port), "--json"]
    result = await asyncio.to_thread(CliRunner().invoke, main, arguments)
    rows: list[dict[str, Any]] = json.loads(result.output)
    return {(row["name"], tuple(row["labels"].values())): row["value"] for row in rows}


async def until(port: int, name: str, labels: tuple[str, ...], value: float) -> Samples:
    """The samples of a port once one of them has this value; what is accepted is counted at once,
    but a record may be seen before its block is.
    """
    async with asyncio.timeout(PATIENCE_S):
        while (samples := await scraped(port)).get((name, labels)) != value:
            await asyncio.sleep(0.1)
    return samples


async def test_every_process_shows_what_it_did(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    good = event(recorded[RESOLVED[0]])
    await deployment.publish(good)
    await deployment.publish_raw(b"nonsense")
    outcome = (await deployment.outcomes(1))[good["event_id"]]

    workflow = ("retail_support",)
    worker = await until(
        ports["worker"], "tollway_runs_finished_total", (*workflow, outcome["outcome"]), 1
    )
    assert worker["tollway_decisions_total", ("log", "log.logged")] == 1
    assert worker["tollway_run_seconds_count", workflow] == 1
    assert (
        worker["tollway_settled_usd_micros_total", (*workflow, "run")]
        == (outcome["spent_usd_micros"])
    )
    reserved = worker["tollway_reserved_usd_micros_total", (*workflow, "run")]
    assert reserved >= outcome["spent_usd_micros"] > 0
    assert worker["tollway_owned_partitions", ()] == deployment.settings.partitions
    assert worker["tollway_fold_seconds_count", ()] >= deployment.settings.partitions
    appended = worker["tollway_ledger_blocks_total", ("appended",)]
    assert worker["tollway_ledger_blocks_total", ("accepted",)] == appended > 0
    assert worker["tollway_ledger_append_seconds_count", ()] == appended
    assert worker["tollway_forwarded_records_total", ("outcomes",)] == 1

    gateway = await until(
        ports["gateway"], "tollway_dead_letters_total", ("intake", "NotFramed"), 1
    )
    assert gateway["tollway_forwarded_records_total", ("state.intake",)] == 1

    calls = 0.0
    for kind in ("model", "retrieval", "tool"):
        done = {
            labels: value
            for (name, labels), value in (await scraped(ports[kind])).items()
            if name == "tollway_calls_total"
        }
        assert {labels[0] for labels in done} == {kind}
        assert {labels[2] for labels in done} == {"done"}
        calls += sum(done.values())
    assert calls == outcome["calls"]


async def test_no_label_holds_a_run_a_workspace_or_a_customer(
    deployment: Deployment, recorded: Recorded, ports: Mapping[str, int]
) -> None:
    good = event(recorded[RESOLVED[0]])
    await deployment.publish(good)
    outcome = (await deployment.outcomes(1))[good["event_id"]]
    secret = {outcome["run_id"], outcome["workspace"], outcome["user_id"], outcome["event_id"]}
    for port in ports.values():
        values = {value for _, labels in await scraped(port) for value in labels}
        assert not values & secret
