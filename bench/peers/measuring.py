"""Measuring a peer inside its own process: the load comes as JSON, the result goes as JSON.

Runs under the peer's own virtualenv, so it knows the standard library and `bench.measured` alone.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from bench.driving import Driver
from bench.measured import Load, Measured

Run = Callable[[int], Awaitable[Any]]


class Tasks:
    """Runs as tasks of this process."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._under_way: dict[asyncio.Future[Any], int] = {}

    async def start(self, number: int) -> None:
        """Begin run `number`."""
        self._under_way[asyncio.ensure_future(self._run(number))] = number

    async def ended(self) -> Iterable[int]:
        """The runs that ended next. Raises what a run raised."""
        done, _ = await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return [self._under_way.pop(task) for task in done]


async def measure(run: Run, load: Load) -> Measured:
    """Load `run`. The CPU time is that of this process."""
    driver = Driver(Tasks(run))
    idle_ms = await driver.warm_up_and_idle(load)
    cpu, started = _cpu_seconds(), time.perf_counter()
    latencies_ms = await driver.drive(load.runs, load.in_flight)
    return Measured(
        runs=load.runs,
        seconds=time.perf_counter() - started,
        latencies_ms=latencies_ms,
        idle_latencies_ms=idle_ms,
        worker_cpu_seconds=_cpu_seconds() - cpu,
    )


def arguments() -> tuple[str, Load]:
    """The server's address and the load, from the command line."""
    return sys.argv[1], Load(**json.loads(sys.argv[2]))


def report(measured: Measured) -> None:
    """Say what was measured, as the last line of standard output."""
    print(json.dumps(measured.as_json()))  # noqa: T201  the parent reads it


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
