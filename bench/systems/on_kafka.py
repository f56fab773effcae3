"""What the systems on Kafka share: topics of their own, and the client that loads them."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import uuid4

from bench.channel import Channel, Topics
from bench.driving import Driver
from bench.measured import Load, Measured
from bench.processes import cpu_seconds
from bench.servers.servers import Server
from streams.settings import Settings

PARTITIONS = 4
WORKSPACES = 64


def settings_on(server: Server, **more: object) -> Settings:
    """Settings with fresh topics on this broker."""
    given = {
        "bootstrap_servers": server.address,
        "topic_prefix": f"bench-{uuid4().hex[:8]}.",
        "partitions": PARTITIONS,
        "replication": 1,
    }
    return Settings(**{**given, **more})  # type: ignore[arg-type]  # pydantic checks them


def workspace(number: int) -> str:
    """Whose run this is."""
    return f"workspace-{number % WORKSPACES}"


@dataclass(frozen=True, slots=True)
class Running:
    """A system that runs: its processes, and what raises when one of them has ended."""

    settings: Settings
    server: Server
    workers: AbstractSet[int]
    check: Callable[[], None]


async def measure(system: Running, topics: Topics, load: Load) -> Measured:
    """Load a running system."""
    workers, server = system.workers, system.server
    async with Channel(system.settings, topics, system.check) as channel:
        driver = Driver(channel)
        idle_ms = await driver.warm_up_and_idle(load)
        worker_cpu, server_cpu = cpu_seconds(workers), server.cpu_seconds()
        started = time.perf_counter()
        latencies_ms = await driver.drive(load.runs, load.in_flight)
        seconds = time.perf_counter() - started
        return Measured(
            runs=load.runs,
            seconds=seconds,
            latencies_ms=latencies_ms,
            idle_latencies_ms=idle_ms,
            worker_cpu_seconds=cpu_seconds(workers) - worker_cpu,
            server_cpu_seconds=_since(server_cpu, server.cpu_seconds()),
        )


def _since(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before
