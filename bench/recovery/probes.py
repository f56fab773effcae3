"""New runs on every partition, all the time: how long each one waits is what recovery costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.workloads.seven_states import SevenStates
from schemas.codec import Codec
from streams.adapters.clients import new_producer, new_reader
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

EVERY_S = 0.5


@dataclass(slots=True)
class Probe:
    """One run: when it was published and when its outcome was read."""

    partition: int
    begun_s: float
    ended_s: float | None = None


@dataclass(slots=True)
class Probes:
    """Publishes a run to every partition every half second. `workspaces` has one of each."""

    settings: Settings
    codec: Codec
    workspaces: Mapping[int, str]
    all: list[Probe] = field(default_factory=list)

    async def run(self) -> None:
        """Until cancelled."""
        producer = new_producer(self.settings, "recovery-probes")
        reader = new_reader(self.settings, "recovery-outcomes")
        reader.subscribe([self.settings.topic_prefix + "outcomes"])
        async with producer, reader:
            await asyncio.gather(self._publish(producer), self._read(reader))

    def decided(self, since_s: float) -> dict[int, float]:
        """By partition, when the first run that was published since then had its outcome."""
        found: dict[int, float] = {}
        for probe in self.all:
            if probe.begun_s >= since_s and probe.ended_s is not None:
                earlier = found.get(probe.partition, probe.ended_s)
                found[probe.partition] = min(earlier, probe.ended_s)
        return found

    def longest_wait_s(self, since_s: float) -> float:
        """Of the runs that were published since then and have ended."""
        waits = [p.ended_s - p.begun_s for p in self.all if p.begun_s >= since_s and p.ended_s]
        return max(waits, default=0.0)

    def open_before(self, before_s: float) -> int:
        """Runs that were published before then and have not ended."""
        return sum(1 for p in self.all if p.begun_s < before_s and p.ended_s is None)

    async def _publish(self, producer: AIOKafkaProducer) -> None:
        topic = self.settings.topic_prefix + "state.intake"
        while True:
            for partition, workspace in self.workspaces.items():
                event = {**SevenStates().event(len(self.all)), "workspace": workspace}
                self.all.append(Probe(partition, time.monotonic()))
                value = self.codec.encode("intake_event", event)
                await producer.send(topic, value, key=workspace.encode(), partition=partition)
            await asyncio.sleep(EVERY_S)

    async def _read(self, reader: AIOKafkaConsumer) -> None:
        async for record in reader:
            outcome = self.codec.decode("outcome", record.value)
            self.all[int(outcome["event_id"])].ended_s = time.monotonic()
