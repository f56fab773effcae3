"""Readiness and liveness of every role, as a load balancer asks for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from streams.adapters.ends import Ends
from streams.adapters.lag import Lag
from streams.adapters.watchdog import LOOK_S
from streams.brokers import memory
from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import deployed
from tests.integration.health.conftest import started, until
from tests.integration.runs.conftest import RECORDED
from workflows.retail_support.store import create_store

LIMIT_S = 8
"""The event loop of a process that starts may be busy for seconds on a machine full of work."""
WELL = (200, {"ok": True, "reason": ""})
COMMANDS = {
    "worker": ("worker",),
    "model": ("pool", "model"),
    "retrieval": ("pool", "retrieval"),
    "tool": ("pool", "tool"),
    "gateway": ("gateway",),
    "sink": ("sink", "warehouse"),
}


@pytest.fixture
def settings(memory_broker: Broker, tmp_path: Path) -> Settings:
    """A deployment on the in-memory broker."""
    store_url = f"sqlite:///{tmp_path / 'store.db'}"
    create_store(store_url, Path("workflows/retail_support/data")).close()
    base = settings_for(memory_broker, new_prefix(), data_dir=tmp_path)
    return base.model_copy(update={"store_url": store_url, "recordings": RECORDED.resolve()})


@pytest.mark.parametrize("role", COMMANDS)
async def test_a_role_becomes_ready_is_live_and_ends_well_when_told(
    settings: Settings, tmp_path: Path, role: str
) -> None:
    async with started(settings, tmp_path / "log", "tollway", *COMMANDS[role]) as process:
        assert await process.until_status("/readyz", 200) == WELL
        assert await process.get("/livez") == WELL
        process.process.terminate()
        assert await process.exit_code() == 0, process.said()


@pytest.mark.parametrize("driver", ["faust", "aiokafka"])
async def test_a_worker_that_was_given_no_partition_is_ready_once_it_has_joined(
    kafka_broker: Broker, tmp_path: Path, driver: str
) -> None:
    given = {"partitions": 1, "data_dir": tmp_path, "driver": driver}
    settings = settings_for(kafka_broker, new_prefix(), **given)
    async with (
        started(settings, tmp_path / "first", "tollway", "worker") as first,
        started(settings, tmp_path / "second", "tollway", "worker") as second,
    ):
        await first.until_status("/readyz", 200)
        await second.until_status("/readyz", 200)
        shown = [await worker.metric("tollway_owned_partitions") for worker in (first, second)]
        assert sum(shown) == 1


async def test_lag_is_what_the_broker_holds_beyond_what_is_wanted(
    broker: Broker, tmp_path: Path
) -> None:
    settings = settings_for(broker, new_prefix(), data_dir=tmp_path)
    async with deployed(settings, []) as running, Ends(settings, "test") as ends:
        lag = Lag(ends)
        for _ in range(3):
            await running.publish_raw(b"nonsense")
        topic = running.topic("intake")

        async def behind(offset: int) -> int:
            wanted = [(partition, {topic: offset}) for partition in range(settings.partitions)]
            return sum((await lag.behind(wanted)).values())

        async def is_three() -> bool:
            return await behind(0) == 3

        await until(is_three)
        assert await behind(99) == 0


async def test_a_broker_that_is_gone_leaves_the_lag_unknown() -> None:
    with memory.start() as broker:
        settings = settings_for(broker, new_prefix())
        async with Ends(settings, "test") as ends:
            lag = Lag(ends)
            wanted = [(0, {"any": -1})]
            assert await lag.behind(wanted) == {TopicPartition("any", 0): 1}
            broker.stop()
            assert await lag.behind(wanted) == {}


@pytest.mark.parametrize("driver", ["faust", "aiokafka"])
async def test_an_idle_worker_outlives_a_broker_that_is_away_for_longer_than_the_limit(
    tmp_path: Path, driver: str
) -> None:
    with memory.start() as broker:
        settings = settings_for(
            broker, new_prefix(), data_dir=tmp_path, driver=driver, stall_limit_s=LIMIT_S
        )
        async with started(settings, tmp_path / "log", "tollway", "worker") as worker:
            await worker.until_status("/readyz", 200)
            broker.stop()
            await asyncio.sleep(settings.stall_limit_s + 4 * LOOK_S)
            assert await worker.get("/livez") == WELL, worker.said()
