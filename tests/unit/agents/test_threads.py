"""Synchronous acts: all of them run at once, and one that does not return holds up nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from agents.pools.threads import Threads
from streams.adapters.acts import Acts, nothing_to_perform

MANY = 40
"""More than asyncio has threads of its own on any machine that tests run on."""


async def test_as_many_acts_as_are_begun_run_at_once() -> None:
    threads, all_here = Threads(), threading.Barrier(MANY, timeout=20)
    await asyncio.gather(*(threads.run(all_here.wait) for _ in range(MANY)))


async def test_threads_are_used_again() -> None:
    threads = Threads()
    before = threading.active_count()
    for _ in range(MANY):
        assert await threads.run(max, 1, 2) == 2
        await asyncio.sleep(0.002)
    assert threading.active_count() - before < MANY / 4


async def test_what_an_act_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await Threads().run(int, "x")


async def test_an_act_that_is_given_up_takes_room_until_it_ends() -> None:
    threads, ending = Threads(), threading.Event()
    acts = Acts(nothing_to_perform, 2, abandoned=lambda: threads.abandoned)
    roomy = asyncio.Event()
    threads.on_room = roomy.set
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await threads.run(ending.wait)
    assert (acts.free, acts.under_way) == (1, 1)
    ending.set()
    async with asyncio.timeout(20):
        await roomy.wait()
    assert (acts.free, acts.under_way) == (2, 0)


def test_an_act_that_does_not_return_does_not_keep_the_process_from_ending() -> None:
    code = """
import asyncio, time
from agents.pools.threads import Threads
async def main():
    act = asyncio.create_task(Threads().run(time.sleep, 600))
    await asyncio.sleep(0.1)
asyncio.run(main())
"""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)
    assert done.returncode == 0
    assert time.monotonic() - started < 100
