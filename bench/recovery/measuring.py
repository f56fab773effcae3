"""The four ways in which partitions come to a worker, one after another, each timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from agents.gateway import partition_of
from bench.errors import InvalidMeasurement
from bench.recovery.filling import Filled, Filling
from bench.recovery.probes import Probes
from bench.recovery.workers import LOOK_S, Worker
from bench.workloads.seven_states import WORKFLOWS_DIR
from schemas.codec import Codec
from streams.adapters.clients import new_producer
from streams.adapters.log import ChainedLog
from streams.settings import Settings
from tollway.topics import ensure_all_topics

PATIENCE_S = 600.0
AT_A_TIME = 2
"""Partitions that are filled side by side: the work is of one thread."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to come to partitions: seconds since it began.

    `assigned_s` is when the group had given them, `ready_s` when `/readyz` said so, `decided_s`
    when on every partition a run had ended that was published after the assignment.
    `longest_wait_s` is what the slowest waited of all runs that were published since the beginning.
    `cpu_s` is the CPU time of the worker until it was ready, which other work moves less.
    """

    entries: int
    assigned_s: float
    ready_s: float
    decided_s: float
    longest_wait_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Step:
    """What begins a way, and the worker that then `owns` partitions, `gains` of them new."""

    name: str
    begin: Callable[[], None]
    worker: Worker
    owns: int
    gains: int


@dataclass(slots=True)
class Found:
    """What was measured."""

    partitions: list[Filled] = field(default_factory=list)
    filled_s: float = 0.0
    ways: dict[str, Way] = field(default_factory=dict)


@dataclass(slots=True)
class Recovery:
    """Fills a ledger and measures on it."""

    entries: int
    partitions: int
    say: Callable[[str], None]
    _found: Found = field(default_factory=Found)

    def run(self, address: str) -> Found:
        """Everything, on the Kafka at `address`. Raises TollwayError."""
        with TemporaryDirectory(prefix="tollway-recovery-") as name:
            folder = Path(name)
            settings = Settings(
                bootstrap_servers=address,
                topic_prefix=f"recovery-{uuid4().hex[:8]}.",
                partitions=self.partitions,
                replication=1,
                data_dir=folder,
                workflows_dir=WORKFLOWS_DIR,
            )
            asyncio.run(self._run(settings, folder))
        return self._found

    async def _run(self, settings: Settings, folder: Path) -> None:
        await ensure_all_topics(settings)
        workspaces = workspaces_of(self.partitions)
        await self._fill(settings, workspaces)
        probes = Probes(settings, Codec(), workspaces)
        probing = asyncio.create_task(probes.run())
        workers = [Worker(settings, folder / f"worker-{number}.log") for number in range(3)]
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._measure(probes, *workers)
        finally:
            probing.cancel()
            for worker in workers:
                with suppress(AttributeError):  # it was never started
                    worker.kill()

    async def _fill(self, settings: Settings, workspaces: Mapping[int, str]) -> None:
        started, room = time.monotonic(), asyncio.Semaphore(AT_A_TIME)
        producer = new_producer(settings, "recovery-filling")
        each = self.entries // self.partitions

        async def fill(partition: int, workspace: str) -> Filled:
            log = ChainedLog(settings, Codec(), producer, "ledger")
            async with room:
                return await Filling(log, partition, workspace).fill(each)

        async with producer:
            filling = [fill(partition, workspace) for partition, workspace in workspaces.items()]
            self._found.partitions = await asyncio.gather(*filling)
        self._found.filled_s = time.monotonic() - started
        self.say(f"filled in {self._found.filled_s:.0f} s: {self._found.partitions[0]}")

    async def _measure(self, probes: Probes, first: Worker, second: Worker, third: Worker) -> None:
        whole, half = self.partitions, self.partitions // 2

        def restart() -> None:
            first.kill()
            third.start()

        await self._way(Step("cold start", first.start, first, whole, whole), probes)
        await self._way(Step("rebalance", second.start, second, half, half), probes)
        await self._way(Step("takeover", second.kill, first, whole, half), probes)
        await self._way(Step("restart after kill -9", restart, third, whole, whole), probes)

    async def _way(self, step: Step, probes: Probes) -> None:
        """Begin it, and follow its worker until it decides on the partitions that it comes to."""
        begun_s, used_s = time.monotonic(), step.worker.cpu_s()
        step.begin()
        await step.worker.until_owns(step.owns)
        assigned_s = time.monotonic()
        await step.worker.until_ready()
        ready_s, cpu_s = time.monotonic(), step.worker.cpu_s() - used_s
        await self._until_decided(probes, assigned_s, ready_s)
        self._found.ways[step.name] = Way(
            entries=sum(filled.entries for filled in self._found.partitions[: step.gains]),
            assigned_s=assigned_s - begun_s,
            ready_s=ready_s - begun_s,
            decided_s=max(probes.decided(assigned_s).values()) - begun_s,
            longest_wait_s=probes.longest_wait_s(begun_s),
            cpu_s=cpu_s,
            peak_mib=step.worker.peak_mib(),
        )
        self.say(f"{step.name}: {self._found.ways[step.name]}")

    async def _until_decided(self, probes: Probes, assigned_s: float, ready_s: float) -> None:
        """Until all partitions have decided anew, and what had waited for it is done."""
        while probes.open_before(ready_s) or len(probes.decided(assigned_s)) < self.partitions:  # noqa: ASYNC110  as a supervisor looks
            await asyncio.sleep(LOOK_S)


def workspaces_of(partitions: int) -> Mapping[int, str]:
    """A workspace on each partition."""
    found: dict[int, str] = {}
    for number in range(100 * partitions):
        name = f"workspace-{number}"
        found.setdefault(partition_of(name, partitions), name)
    if len(found) < partitions:
        raise InvalidMeasurement(f"no workspace found for each of {partitions} partitions")
    return found
