"""A worker or pool process: the real processor with its decider, acts and forwarder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from agents.state_table import state_table
from streams.adapters.acts import Acts, no_acts
from streams.adapters.forwarder import Forwarder
from streams.adapters.log import ChainedLog, Folded
from streams.adapters.parts import Decider, Limits, Parts
from streams.adapters.processor import Processor
from streams.core.chain import NOWHERE
from streams.core.claims import Claims
from streams.core.engine import Engine
from streams.core.folding import Folder, start_offset
from streams.core.inputs import Input, place_of
from streams.core.workflow import Workflow
from streams.settings import Settings
from tests.builders import CODEC
from tests.simulation.broker import Producer, Record, Topics

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

POOLS = ("model", "retrieval", "tool")
Gate = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MemoryLog(ChainedLog):
    """The log with its reader's part in memory. Reading takes a while at both ends."""

    topics: Topics = field(kw_only=True)
    gate: Gate = field(kw_only=True)

    async def fold(self, partition: int) -> Folded:  # noqa: ARG002  there is one
        await self.gate()
        folded = fold([record.value for record in self.topics[self.stream]])
        await self.gate()
        return folded


def fold(values: list[bytes]) -> Folded:
    """As a worker folds: from the snapshot that the last record names."""
    named = NOWHERE
    if values:
        named = int(CODEC.decode("ledger_block", values[-1])["snapshot_offset"])
    folder = Folder(CODEC, from_snapshot=named != NOWHERE)
    for offset in range(start_offset(named, 0), len(values)):
        folder.feed(offset, values[offset])
    return Folded(folder.fold, len(values), folder.unforwarded)


def to_input(topic: str, offset: int, record: Record) -> Input:
    """A record as a driver hands it over."""
    place = place_of(record.headers)
    return Input(topic, offset, record.key, record.value, record.headers, place)


class Process:
    """One process that believes to own the partition; the world says when anything happens."""

    def __init__(self, name: str, stream: str, parts: Parts, limits: Limits) -> None:
        self.name = name
        self.stream = stream
        self.producer = cast("Producer", parts.log.producer)
        self.asleep = False
        self.cursors: dict[str, int] = {}
        self._acts = parts.acts
        self._own: Callable[[], Processor] = partial(Processor, 0, parts, self._seek, limits)
        self.own()

    def own(self) -> None:
        """Own the partition, perhaps again; whoever owned it here before is cancelled."""
        self.processor = self._own()
        self.task = asyncio.create_task(self.processor.run(), name=self.name)

    @property
    def free(self) -> int:
        """How many more calls may be claimed here."""
        return self._acts.free

    def _seek(self, partition: int) -> None:  # noqa: ARG002  there is one
        self.cursors = dict(self.processor.expected())

    def feed(self, topic: str, records: list[Record], start: int, end: int) -> None:
        """Fetch from `start`, wherever the processor stands; at a gap go back."""
        fetched = [to_input(topic, at, records[at]) for at in range(start, end)]
        gap = self.processor.deliver(topic, fetched)
        self.cursors[topic] = end if gap is None else gap.expected

    @property
    def acting(self) -> bool:
        """Whether a call is being performed here."""
        return bool(self._acts.running)

    def kill(self) -> None:
        """The process is gone; what it has sent may still land."""
        self.task.cancel()
        for task in [*self._acts._tasks.values()]:
            task.cancel()
        self.producer.break_down()


@dataclass
class Roles:
    """How to start a process of each role. A role is known by its chained stream."""

    topics: Topics
    flow: Workflow
    now_ms: Callable[[], int]
    perform: Callable[[Call, Gate], Awaitable[CallResult]]
    gate: Callable[[str], Awaitable[None]]
    limits: Limits

    def start(self, stream: str, name: str) -> Process:
        """A process that folds `stream`."""
        producer: Any = Producer(self.topics)
        gate = partial(self.gate, name)
        log = MemoryLog(Settings(), CODEC, producer, stream, topics=self.topics, gate=gate)
        acts = no_acts() if stream == "ledger" else Acts(partial(self._perform, gate), limit=2)
        parts = Parts(
            name,
            log,
            partial(self._decider, stream, name),
            partial(Forwarder, producer, "", stream),
            acts,
            self.now_ms,
        )
        return Process(name, stream, parts, self.limits)

    def _perform(self, gate: Gate, call: Call) -> Awaitable[CallResult]:
        return self.perform(call, gate)

    def _decider(self, stream: str, name: str, partition: int) -> Decider:
        if stream == "ledger":
            return Engine(CODEC, {self.flow.name: self.flow}, state_table(), name, partition)
        return Claims(CODEC, stream.removeprefix("journal."), name, partition)
