"""A call that outlasts every timeout of its consumer group holds up nothing and loses nothing."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import CODEC, Deployment, deployed
from tests.integration.health.conftest import started, until
from tests.integration.load.slow import Slow, event

if TYPE_CHECKING:
    from schemas.records import CallResult

POOL = ("tollway", "pool", "retrieval")
SESSION_TIMEOUT_S, POLL_LIMIT_S = 6, 8
LONG, LONGER = f"{3 * POLL_LIMIT_S} s", "90 s"
QUICK = [f"0 s, number {number}" for number in range(10)]
BEHIND = [f"0 s, behind {number}" for number in range(40)]
OWNS = "owns partitions"


@pytest.fixture(params=["faust", "aiokafka"])
def settings(request: pytest.FixtureRequest, kafka_broker: Broker, tmp_path: Path) -> Settings:
    """One partition, little patience, room for two calls and for few records in memory."""
    return settings_for(
        kafka_broker,
        new_prefix(),
        partitions=1,
        driver=request.param,
        data_dir=tmp_path,
        session_timeout_s=SESSION_TIMEOUT_S,
        poll_limit_s=POLL_LIMIT_S,
        calls_in_flight=2,
        inbox_records=10,
    )


@pytest.fixture
def slow(tmp_path: Path) -> Slow:
    """How long calls take."""
    return Slow(tmp_path)


@pytest.fixture
async def deployment(settings: Settings, slow: Slow) -> AsyncIterator[Deployment]:
    """All but the pool."""
    async with deployed(slow.deploy(settings), ("worker", "gateway")) as running:
        yield running


async def test_a_call_of_minutes_holds_up_nothing_moves_no_partition_and_is_never_repeated(
    deployment: Deployment, slow: Slow, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "streams.adapters.ownership")
    async with started(deployment.settings, tmp_path / "first.log", *POOL) as pool:
        await pool.until_status("/readyz", 200)
        await deployment.publish(event(LONG))
        await began(slow, LONG)
        await deployment.publish(*map(event, QUICK))
        assert set(await deployment.outcomes(len(QUICK))) == set(QUICK)
        assert slow.times("ended")[LONG] == 0, "others of its partition went on meanwhile"
        await fill_the_pool(deployment, slow)
        assert await pool.metric("tollway_inbox_records") < len(BEHIND), "the rest is on its topic"
        assert set(await deployment.outcomes(1 + len(BEHIND))) == {LONG, *BEHIND}
        assert pool.said().count(OWNS) == 1, pool.said()
        pool.process.kill()
    async with started(deployment.settings, tmp_path / "second.log", *POOL):
        (outcome,) = (await deployment.outcomes(1)).values()
    assert "whether it acted is unknown" in str(outcome["error"])
    assert caplog.text.count(OWNS) == 1
    assert slow.times("began") == dict.fromkeys([LONG, LONGER, *QUICK, *BEHIND], 1)
    assert await statuses(deployment) == {"done": 1 + len(QUICK) + len(BEHIND), "in_doubt": 1}


async def fill_the_pool(deployment: Deployment, slow: Slow) -> None:
    """With two long calls, and with far more behind them than it may keep in memory."""
    await deployment.publish(event(LONGER))
    await began(slow, LONGER)
    await deployment.publish(*map(event, BEHIND))


async def began(slow: Slow, request: str) -> None:
    """Wait until its call has begun."""

    async def noted() -> bool:
        return slow.times("began")[request] == 1

    await until(noted)


async def statuses(deployment: Deployment) -> Mapping[str, int]:
    """How many calls ended in which way; a result may stand on its topic more than once."""
    values = await deployment.records("call.results")
    results = [cast("CallResult", CODEC.decode("call_result", value)) for value in values]
    return Counter({r["call_id"]: r["status"] for r in results}.values())
