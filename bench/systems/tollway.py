"""Tollway as it is deployed: `tollway worker` and pools as processes of their own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, Protocol

from agents.gateway import partition_of
from bench.channel import Beginning, Topics
from bench.errors import InvalidMeasurement
from bench.measured import Load, Measured
from bench.processes import children
from bench.servers.servers import Servers
from bench.systems import on_kafka
from bench.systems.passed import check_passed
from schemas.codec import Codec
from schemas.errors import SettingError
from streams.settings import Settings
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.records import IntakeEvent
    from tollway.stack.roles import Role

CODEC = Codec()


class Workload(Protocol):
    """What Tollway is given to do."""

    @property
    def roles(self) -> Sequence[Role]:
        """The processes that it takes."""

    def prepare(self, settings: Settings, folder: Path, runs: int) -> Settings:
        """Make what `runs` runs need and return the settings that say where it is."""

    def event(self, number: int) -> IntakeEvent:
        """What begins run `number`."""


@dataclass(frozen=True, slots=True)
class Tollway:
    """Tollway with one workload. Runs begin on `state.intake`: the peers have no gateway."""

    name: str
    workload: Workload
    servers: Servers
    driver: Literal["faust", "aiokafka"] = "faust"
    load_divisor: int = 1

    def unavailable(self) -> str | None:
        """Whether a broker can be had."""
        try:
            self.servers.get("kafka")
        except SettingError as error:
            return str(error)
        return None

    def measure(self, load: Load) -> Measured:
        """Start the processes and load them."""
        server = self.servers.get("kafka")
        topics = Topics("state.intake", "outcomes", self._beginning, number_of_resolved)
        with TemporaryDirectory(prefix="tollway-bench-") as name:
            folder = Path(name)
            given = on_kafka.settings_on(server, driver=self.driver, data_dir=folder)
            settings = self.workload.prepare(given, folder, load.total_runs)
            asyncio.run(ensure_all_topics(settings))
            before = children()
            with Supervisor(settings, folder / "logs") as stack:
                stack.start(self.workload.roles)
                workers = children() - before
                system = on_kafka.Running(settings, server, workers, stack.check)
                measured = asyncio.run(on_kafka.measure(system, topics, load))
            asyncio.run(check_passed(settings, load.total_runs))
            return measured

    def _beginning(self, number: int) -> Beginning:
        event = self.workload.event(number)
        key = event["workspace"]
        value = CODEC.encode("intake_event", event)
        return Beginning(key, value, partition_of(key, on_kafka.PARTITIONS))


def number_of_resolved(value: bytes) -> int:
    """The number of the run in an outcome. Raises InvalidMeasurement."""
    outcome = CODEC.decode("outcome", value)
    if outcome["outcome"] != "resolved":
        raise InvalidMeasurement(f"a run ended {outcome['outcome']}: {outcome['error']}")
    return int(outcome["event_id"])
