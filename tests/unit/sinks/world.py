"""A whole deployment of the tiny workflow in memory: topics, ledger, journals, all decided by the
real core. What it holds is read through the same interface as Kafka or an export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.state_table import state_table
from streams.core.audit.redecide import Production
from streams.core.claims import Claims, Finished
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.inputs import PlaceOf, local
from streams.core.workflow import Workflow
from streams.core.writer import Writer
from streams.sources import container
from streams.sources.export import export_file
from streams.sources.record import Held, SourceRecord
from tests.builders import CODEC, NOON_MS, event, result, workflow

if TYPE_CHECKING:
    from schemas.records import Call, CallResult
    from streams.core.draft import Draft
    from streams.core.inputs import Input

POOLS = ("model", "retrieval", "tool")
Answering = Callable[["Call"], "CallResult"]
Topics = dict[str, list[SourceRecord]]


@dataclass(frozen=True)
class MemorySource:
    """Topics of one partition, as a source."""

    topics: Topics
    partition: int = 0

    async def partitions(self, topic: str) -> list[int]:
        return [self.partition] if self.topics.get(topic) else []

    async def held(self, topic: str, partition: int) -> Held:
        records = self.topics.get(topic, []) if partition == self.partition else []
        return Held(records[0].offset, records[-1].offset + 1) if records else Held(0, 0)

    async def read(
        self, topic: str, partition: int, from_offset: int = 0
    ) -> AsyncIterator[SourceRecord]:
        for record in list(self.topics.get(topic, [])) if partition == self.partition else []:
            if record.offset >= from_offset:
                yield record


@dataclass
class Chained:
    """A writer of one stream and the decider behind it."""

    world: World
    stream: str
    decider: Any
    writer: Writer
    taken: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def waiting(self) -> list[Input]:
        """Records of its topics that it has not taken."""
        inputs = []
        for topic in self.decider.topics:
            records = self.world.topics[topic][self.taken[topic] :]
            self.taken[topic] += len(records)
            inputs += [record.as_input() for record in records]
        return inputs

    def decide(self, inputs: Iterable[Input]) -> list[Draft]:
        """One block of decisions, appended and forwarded."""
        now_ms, drafts = self.world.tick(), []
        for source in inputs:
            if not self.writer.fold.applied(source):
                drafts.append(self.decider.decide(self.writer.fold, source, now_ms))
                self.writer.fold.note(drafts[-1])
        if drafts:
            sealed = self.writer.seal(drafts, now_ms)
            offset = self.world.append(self.stream, sealed.value)
            assert self.writer.acknowledge(sealed, offset)
            self.world.forward(self.stream, offset, drafts)
            self.writer.forwarded_through = offset
        return drafts


class World:
    """Give it events; it carries them until nothing moves. `answering` plays the pools."""

    def __init__(
        self, flow: Workflow | None = None, answering: Answering = result, partition: int = 0
    ) -> None:
        self.flow = flow or workflow()
        self.answering = answering
        self.partition = partition
        self.now_ms = NOON_MS
        self.topics: Topics = defaultdict(list)
        self.worker = self._chained("ledger", self.production().engine_of("worker", partition))
        self.pools = [
            self._chained(f"journal.{kind}", Claims(CODEC, kind, f"pool-{kind}", partition))
            for kind in POOLS
        ]

    def run(self, *events: dict[str, Any]) -> World:
        """Publish events (changes to the usual one) and carry them to their outcomes."""
        for changes in events:
            self.publish("state.intake", CODEC.encode("intake_event", event(**changes)))
        while self.step():
            pass
        return self

    def step(self) -> bool:
        """Every process takes what waits for it; False when nothing did."""
        moved = bool(self.worker.decide(self.worker.waiting()))
        for pool in self.pools:
            claims = pool.decide(pool.waiting())
            calls = [call for draft in claims for call in draft.acts]
            finished = [local(Finished(call, self._answer(call))) for call in calls]
            moved = bool(pool.decide(finished)) or bool(claims) or moved
        return moved

    def snapshot(self) -> None:
        """A snapshot on the ledger."""
        for sealed in self.worker.writer.seal_snapshot(self.tick()):
            self.worker.writer.acknowledge(sealed, self.append("ledger", sealed.value))

    def lose_race(self, writer: str = "zombie") -> None:
        """Another writer appends a block on a head that has passed."""
        fold = Fold(CODEC)
        for record in self.topics["ledger"][:-1]:
            fold.read(record.offset, record.value or b"")
        late = Writer(fold, writer, 0)
        self.append("ledger", late.seal([], self.tick()).value)
        self.worker.writer.next_offset += 1

    def beaten_by_stale_worker(self) -> None:
        """A worker that has missed every block decides all there is, before this one does."""
        stale = self._chained("ledger", self.production().engine_of("stale", self.partition))
        drafts = [stale.decider.decide(stale.writer.fold, i, self.now_ms) for i in stale.waiting()]
        self.append("ledger", stale.writer.seal(drafts, self.tick()).value)
        self.worker.writer.next_offset += 1

    def publish(self, topic: str, value: bytes | None, *headers: tuple[str, bytes]) -> int:
        """Put a record on a topic; returns its offset."""
        offset = len(self.topics[topic])
        key = None if topic == "ledger" else self.flow.name.encode()
        self.topics[topic].append(
            SourceRecord(topic, self.partition, offset, self.now_ms, key, value, headers)
        )
        return offset

    def append(self, stream: str, value: bytes) -> int:
        """Put a block on a chained stream; returns its offset."""
        return self.publish(stream, value)

    def forward(self, stream: str, offset: int, drafts: Iterable[Draft]) -> None:
        """Put what a block emits on its topics."""
        emits = [emit for draft in drafts for emit in draft.decision["emits"]]
        for index, emit in enumerate(emits):
            header = PlaceOf(stream, offset, index).header()
            self.publish(emit["topic"], emit["value"], header)
            records = self.topics[emit["topic"]]
            records[-1] = replace(records[-1], key=emit["key"].encode())

    def tick(self) -> int:
        """Time goes on."""
        self.now_ms += 10
        return self.now_ms

    def source(self) -> MemorySource:
        """Everything, to be read."""
        return MemorySource(self.topics, self.partition)

    def production(self) -> Production:
        """What decides here."""
        known, states = {self.flow.name: self.flow}, state_table()

        def engine_of(writer: str, partition: int) -> Engine:
            return Engine(CODEC, known, states, writer, partition)

        return Production(engine_of, {self.flow.name: self.flow.versions})

    def _answer(self, call: Call) -> CallResult:
        answer = self.answering(call)
        times = {"started_at_ms": self.tick(), "finished_at_ms": self.tick()}
        return {**answer, **times}  # type: ignore[typeddict-item]  # times by name

    def _chained(self, stream: str, decider: Any) -> Chained:
        return Chained(self, stream, decider, Writer(Fold(CODEC), decider.worker, 0))


def export_to(folder: Path, topics: Topics) -> Path:
    """The topics as an export."""
    for topic, records in topics.items():
        if records:
            container.append(export_file(folder, topic, records[0].partition), records)
    return folder
