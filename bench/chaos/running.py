"""One chaos run from start to end: broker, store, processes, traffic, faults, counts."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from agents.workflows import load_workflows
from bench.chaos.counting import Counts, Scene
from bench.chaos.faults import BROKER, FAULTS, schedule
from bench.chaos.pace import Pace
from bench.chaos.stack import ROLES, ChaosSupervisor, OwnBroker, kafka, time_by_broker
from bench.chaos.striking import Striker
from bench.chaos.traffic import Traffic
from bench.chaos.workload import NAME, Workload
from bench.servers.kafka import version
from schemas.codec import Codec
from schemas.topics import topics
from streams.settings import Settings
from streams.sources.opening import open_source
from tollway.topics import ensure_all_topics

CODEC = Codec()
PARTITIONS = 6
SETTLE_S = 5.0
"""From the last outcome to the end of the processes: what is on its way arrives."""


@dataclass(frozen=True, slots=True)
class Chaos:
    """What is asked for. `without` names a rule to do without."""

    runs: int
    faults: int
    in_flight: int
    seed: int
    without: str | None
    stalled_after_s: float
    say: Callable[[str], None]

    def run(self, data_dir: Path) -> Counts:
        """Run it and count. The folder of logs, store and warehouse stays when a promise broke.

        Raises TollwayError.
        """
        folder = Path(mkdtemp(prefix="tollway-chaos-"))
        with kafka(data_dir) as (address, broker):
            counts = asyncio.run(self._run(address, broker, folder))
        if counts.violations:
            self.say(f"violations: {counts.violations}; logs, store and warehouse are in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
        return counts

    def conditions(self) -> dict[str, str]:
        """What the figures were found under."""
        return {
            "rule switched off": self.without or "none",
            "load": f"{self.runs} runs, {self.in_flight} under way, seed {self.seed}",
            "processes": ", ".join(f"{role.count} {role.name}" for role in ROLES),
            "Kafka": f"{version()}, {PARTITIONS} partitions, 1 replica",
            "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            "Python": platform.python_version(),
        }

    async def _run(self, address: str, broker: OwnBroker | None, folder: Path) -> Counts:
        workload = Workload(folder, self.runs)
        settings = workload.prepare(_settings(address, folder))
        await ensure_all_topics(settings)
        await asyncio.to_thread(time_by_broker, settings)
        await _ready(settings)
        striker = await self._trouble(settings, broker, workload)
        workflow = load_workflows(settings.workflows_dir, CODEC)[NAME]
        self.say("counting ...")
        async with open_source(settings, None) as source:
            scene = Scene(
                source,
                CODEC,
                workflow.contract,
                workflow.versions["contract"],
                folder,
                settings.store_url or "",
                folder / "warehouse.duckdb",
                workload.users_by_run(striker.pace.published),
                striker.done,
            )
            return await scene.count()

    async def _trouble(
        self, settings: Settings, broker: OwnBroker | None, workload: Workload
    ) -> Striker:
        """Runs and faults, until every run has its outcome or nothing moves any more."""
        kinds = [fault for fault in FAULTS if broker or fault.who != BROKER]
        pace = Pace(self.runs, self.faults, self.in_flight)
        traffic = Traffic(settings, CODEC, workload.event, pace, self.stalled_after_s)
        with ChaosSupervisor(settings, workload.folder / "logs", without=self.without) as stack:
            striker = Striker(stack, broker, pace, self.seed, self.say)
            stack.start(ROLES)
            around = [
                asyncio.create_task(striker.watch()),
                asyncio.create_task(striker.run(schedule(self.faults, self.seed, kinds))),
            ]
            await traffic.run()
            self.say(f"{pace.ended} of {pace.runs} runs ended; {stack.restarts} restarts")
            await asyncio.sleep(SETTLE_S)
            await _end(around)
            await asyncio.to_thread(stack.stop)
        return striker


async def _ready(settings: Settings) -> None:
    """Wait until every partition has its leader: new topics take the broker a while."""
    async with open_source(settings, None) as source:
        for topic in topics():
            for partition in await source.partitions(topic):
                await source.held(topic, partition)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel them; what one of them failed with is raised."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def _settings(address: str, folder: Path) -> Settings:
    return Settings(
        bootstrap_servers=address,
        topic_prefix=f"chaos-{uuid4().hex[:8]}.",
        partitions=PARTITIONS,
        replication=1,
        data_dir=folder,
    )
