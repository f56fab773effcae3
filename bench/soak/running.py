"""One soak from start to end: broker, store, processes, steady load, a look every few seconds."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from bench.chaos.stack import kafka
from bench.servers.kafka import version
from bench.soak.load import Load
from bench.soak.looking import Look, look
from bench.soak.stack import PROCESSES, ROLES, SoakSupervisor, first_of_free_ports
from bench.soak.workload import CUSTOMERS, Workload
from schemas.codec import Codec
from streams.settings import Settings
from tollway.topics import ensure_all_topics

LOOK_EVERY_S = 10.0
PARTITIONS = 4
SAY_EVERY = 30
"""Looks between two lines of progress."""


@dataclass(slots=True)
class Found:
    """What a soak saw."""

    runs: int
    seconds: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    times_s: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Soak:
    """What is asked for."""

    minutes: float
    runs_per_s: float
    remember_minutes: float
    say: Callable[[str], None]

    @property
    def runs(self) -> int:
        """How many runs begin."""
        return max(1, round(self.minutes * 60 * self.runs_per_s))

    def run(self, data_dir: Path) -> Found:
        """Soak. The folder of logs stays when a run did not end. Raises TollwayError."""
        folder = Path(mkdtemp(prefix="tollway-soak-"))
        with kafka(data_dir) as (address, broker):
            home = broker.home if broker else None
            found = asyncio.run(self._run(_settings(address, folder), folder, home))
        if sum(found.outcomes.values()) == self.runs:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self.say(f"runs without an outcome: logs are in {folder}")
        return found

    def conditions(self) -> dict[str, str]:
        """What the figures were found under."""
        return {
            "load": f"{self.runs} runs, {self.runs_per_s:g} a second, {CUSTOMERS} customers, "
            f"remembered for {self.remember_minutes:g} minutes after their end",
            "processes": ", ".join(f"{role.count} {role.name}" for role in ROLES),
            "looks": f"every {LOOK_EVERY_S:g} s",
            "Kafka": f"{version()}, {PARTITIONS} partitions, 1 replica",
            "machine": f"{os.cpu_count()} cores, load average {os.getloadavg()[2]:.1f} over the "
            f"last 15 minutes, {platform.system()} {platform.machine()}",
            "Python": platform.python_version(),
        }

    async def _run(self, given: Settings, folder: Path, home: Path | None) -> Found:
        workload = Workload(folder, self.runs)
        settings = workload.prepare(given)
        await ensure_all_topics(settings)
        load = Load(settings, Codec(), workload.event, self.runs, self.runs_per_s)
        found, started = Found(self.runs), time.monotonic()
        remember_s = self.remember_minutes * 60
        with SoakSupervisor(settings, folder / "logs", remember_s=remember_s) as stack:
            stack.start(ROLES)
            looking = asyncio.create_task(self._look(stack, home, load, found))
            try:
                await load.run()
            finally:
                looking.cancel()
            await asyncio.to_thread(stack.stop)
        found.seconds, found.outcomes = time.monotonic() - started, load.outcomes
        return found

    async def _look(
        self, stack: SoakSupervisor, home: Path | None, load: Load, found: Found
    ) -> None:
        started = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            stack.check()
            seen = await asyncio.to_thread(look, stack, home, stack.settings.topic_prefix)
            ended = load.outcomes.total()
            found.looks.append({**seen, "runs under way": load.under_way, "runs ended": ended})
            found.times_s.append(time.monotonic() - started)
            if len(found.looks) % SAY_EVERY == 0:
                self.say(f"{found.times_s[-1]:.0f} s: {dict(found.looks[-1])}")


def _settings(address: str, folder: Path) -> Settings:
    return Settings(
        bootstrap_servers=address,
        topic_prefix=f"soak-{uuid4().hex[:8]}.",
        partitions=PARTITIONS,
        replication=1,
        data_dir=folder,
        metrics_port=first_of_free_ports(PROCESSES),
    )
