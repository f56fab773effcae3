"""A process that is asked to end finishes what it has begun, within a limit."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from streams.adapters.acts import Acts
from streams.adapters.draining import run_then_drain
from tests.builders import result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult


class Pool:
    """One call under way, which takes a while."""

    def __init__(self, act_s: float) -> None:
        self.ended = False
        self.working_ended = False
        self._act_s = act_s
        self.acts = Acts(self.perform, limit=1)
        journey = Journey()
        journey.start()
        self.acts.promise(1)
        self.acts.start(0, journey.calls[0])

    async def perform(self, call: Call) -> CallResult:
        await asyncio.sleep(self._act_s)
        self.ended = True
        return result(call)

    async def work(self) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            self.working_ended = True


async def cancelled(pool: Pool, limit_s: float) -> float:
    """Run the pool, cancel it, and say how many seconds it took to end."""
    running = asyncio.create_task(run_then_drain(pool.work(), pool.acts, limit_s))
    await asyncio.sleep(0.01)
    running.cancel()
    began = monotonic()
    with pytest.raises(asyncio.CancelledError):
        await running
    return monotonic() - began


async def test_an_act_under_way_is_finished_before_the_end() -> None:
    pool = Pool(act_s=0.1)
    await cancelled(pool, limit_s=5)
    assert pool.ended
    assert pool.working_ended


async def test_an_act_that_takes_longer_is_handed_over_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pool = Pool(act_s=30)
    assert await cancelled(pool, limit_s=0.1) < 5
    assert not pool.ended
    (call_id,) = pool.acts.running
    assert call_id in caplog.text


async def test_nothing_more_is_taken_while_it_drains() -> None:
    pool = Pool(act_s=0.1)
    await cancelled(pool, limit_s=5)
    assert pool.acts.ending
    assert pool.acts.free <= 0


async def test_nothing_under_way_ends_at_once() -> None:
    pool = Pool(act_s=0)
    await asyncio.sleep(0.01)
    assert await cancelled(pool, limit_s=5) < 1


async def test_work_that_fails_while_it_drains_ends_the_wait() -> None:
    pool = Pool(act_s=30)

    async def fails_soon() -> None:
        await asyncio.sleep(0.05)
        raise RuntimeError("lost the broker")

    running = asyncio.create_task(run_then_drain(fails_soon(), pool.acts, 10))
    await asyncio.sleep(0.01)
    running.cancel()
    began = monotonic()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert monotonic() - began < 5


async def test_work_that_fails_by_itself_is_raised() -> None:
    async def fails() -> None:
        raise RuntimeError("lost the broker")

    with pytest.raises(RuntimeError, match="lost the broker"):
        await run_then_drain(fails(), Pool(act_s=0).acts, 10)
