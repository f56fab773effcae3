"""How to start a process of each role: worker or pool, with the parts that production gives it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from agents.state_table import state_table
from schemas.codec import Codec
from simulation.broker import Producer, Topics
from simulation.folds import Folds
from simulation.payloads import NO_LIMIT, MemoryPayloads
from simulation.process import Gate, MemoryEnds, MemoryLog, Process
from streams.adapters.acts import Acts, no_acts
from streams.adapters.fetching import Fetcher
from streams.adapters.forwarder import Forwarder
from streams.adapters.parts import Decider, Limits, Parts
from streams.adapters.timekeeper import Timekeeper
from streams.core.claims import Claims
from streams.core.engine import Engine
from streams.core.workflow import Workflow
from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.records import Call, CallResult


@dataclass
class Roles:
    """How to start a process of each role. A role is known by its chained stream."""

    topics: Topics
    flow: Workflow
    now_ms: Callable[[], int]
    perform: Callable[[Call, Gate], Awaitable[CallResult]]
    """Acts on a call."""
    gate: Callable[[str], Awaitable[None]]
    limits: Limits
    codec: Codec = field(default_factory=Codec)
    acts_at_once: int = 2
    resolve: Callable[[Call, CallResult, Gate], Awaitable[CallResult]] | None = None
    """Asks about a call in doubt."""
    settings: Settings = field(default_factory=Settings)
    kept: dict[str, bytes] = field(default_factory=dict)
    """What is in the payload store."""
    folds: Folds = field(init=False)

    def __post_init__(self) -> None:
        self.folds = Folds(self.topics, self.codec)

    def start(self, stream: str, name: str, clock_ahead_ms: int = 0) -> Process:
        """A process that folds `stream`. Its clock may differ a little from others'."""
        gate = Gate(name, lambda: self.now_ms() + clock_ahead_ms, self.gate)
        parts = self._parts(stream, gate)
        clock = self._clock(parts, gate) if stream == "ledger" else None
        return Process(name, stream, parts, self.limits, clock)

    def _parts(self, stream: str, gate: Gate) -> Parts:
        producer: Any = Producer(self.topics)
        log = MemoryLog(self.settings, self.codec, producer, stream, self.folds, gate)
        acts = no_acts()
        if stream != "ledger":
            resolve = None if self.resolve is None else partial(self._resolve, gate)
            acts = Acts(partial(self._perform, gate), self.acts_at_once, resolve)
        return Parts(
            gate.name,
            log,
            partial(self._decider, stream, gate.name),
            partial(Forwarder, producer, "", stream),
            acts,
            gate.now_ms,
            fetcher=Fetcher(MemoryPayloads(self.kept, gate), NO_LIMIT),
        )

    def _clock(self, parts: Parts, gate: Gate) -> Timekeeper:
        ends: Any = MemoryEnds(self.topics, gate)
        producer = parts.log.producer
        return Timekeeper(parts.timed, producer, "", self.codec, ends, gate.now_ms, gate.name)

    def _perform(self, gate: Gate, call: Call) -> Awaitable[CallResult]:
        return self.perform(call, gate)

    async def _resolve(self, gate: Gate, call: Call, doubt: CallResult) -> CallResult:
        return doubt if self.resolve is None else await self.resolve(call, doubt, gate)

    def _decider(self, stream: str, name: str, partition: int) -> Decider:
        if stream == "ledger":
            flows = {self.flow.name: self.flow}
            return Engine(self.codec, flows, state_table(), name, partition)
        return Claims(self.codec, stream.removeprefix("journal."), name, partition)
