"""A worker that does not get on says so and ends by itself, whatever keeps it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from streams.adapters.guard import ENDING_S
from streams.adapters.watchdog import LOOK_S
from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.integration.health.conftest import last_line, seconds_since, started

BROKEN = "tests.integration.health.broken"
LIMIT_S = 8
SOON_S = LIMIT_S + 5 * LOOK_S + 10.0
"""From an input to the end of the process, on a machine that does other work."""


def settings_of(broker: Broker, tmp_path: Path) -> Settings:
    return settings_for(
        broker, new_prefix(), data_dir=tmp_path, stall_limit_s=LIMIT_S, dead_letter_ratio=1
    )


@pytest.fixture
def settings(memory_broker: Broker, tmp_path: Path) -> Settings:
    """Settings with little patience."""
    return settings_of(memory_broker, tmp_path)


async def test_a_block_that_is_never_acknowledged_ends_the_worker_with_one_message(
    broker: Broker, tmp_path: Path
) -> None:
    settings = settings_of(broker, tmp_path)
    async with started(settings, tmp_path / "log", BROKEN, "append_unheard") as worker:
        await worker.until_status("/readyz", 200)
        await asyncio.sleep(LIMIT_S + 2 * LOOK_S)
        assert (await worker.get("/livez"))[0] == 200, "nothing waits yet"
        await worker.publish()
        start = time.monotonic()
        assert await worker.exit_code() == 1
    assert LIMIT_S < seconds_since(start) < SOON_S
    assert last_line(worker.said()).startswith(
        "Error: partition 0 of ledger has decided nothing for "
    )
    assert "Traceback" not in worker.said()


async def test_a_decision_that_never_returns_is_seen_by_liveness_and_ends_the_worker(
    settings: Settings, tmp_path: Path
) -> None:
    async with started(settings, tmp_path / "log", BROKEN, "decider_stuck") as worker:
        await worker.until_status("/readyz", 200)
        await worker.publish()
        _, body = await worker.until_status("/livez", 503)
        assert "the event loop has not answered" in body["reason"]
        assert await worker.exit_code() == 1
    assert "something blocks it; the process ends" in worker.said()
    assert "in decide" in worker.said(), "the log shows where it stands"


async def test_records_that_the_driver_does_not_bring_end_the_worker(
    settings: Settings, tmp_path: Path
) -> None:
    async with started(settings, tmp_path / "log", BROKEN, "deaf") as worker:
        await worker.until_status("/readyz", 200)
        await worker.publish(3)
        assert await worker.exit_code() == 1
    assert "although 3 inputs or blocks wait" in last_line(worker.said())


async def test_two_that_believe_to_own_a_partition_do_not_fight_for_ever(
    settings: Settings, tmp_path: Path
) -> None:
    async with started(settings, tmp_path / "log", BROKEN, "two_owners") as workers:
        async with asyncio.timeout(90):
            while workers.process.poll() is None:
                await workers.publish(20)
        assert await workers.exit_code() == 1
    assert "lost to another writer and read its state back" in last_line(workers.said())


async def test_a_stalled_worker_that_cannot_end_is_not_live_and_is_ended(
    settings: Settings, tmp_path: Path
) -> None:
    async with started(settings, tmp_path / "log", BROKEN, "cannot_end") as worker:
        await worker.until_status("/readyz", 200)
        await worker.publish()
        _, body = await worker.until_status("/livez", 503)
        start = time.monotonic()
        assert body["reason"].startswith("partition 0 of ledger has decided nothing for ")
        assert (await worker.get("/readyz"))[0] == 503
        assert await worker.exit_code() == 1
    assert ENDING_S - 2 < seconds_since(start) < ENDING_S + 10
    assert "it is stalled and has not ended within 15 s" in worker.said()
