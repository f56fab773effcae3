"""The watchdog over real processors: what it counts as waiting, what it says, when it raises."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiokafka import TopicPartition

from schemas.errors import Stalled
from simulation.broker import Producer, Record, Topics
from simulation.folds import Folds
from simulation.process import MemoryLog, to_input
from streams.adapters import watchdog as module
from streams.adapters.acts import Acts
from streams.adapters.forwarder import Forwarder
from streams.adapters.guard import Guard
from streams.adapters.lag import Lag
from streams.adapters.metrics import PrometheusMeter
from streams.adapters.ownership import Ownership
from streams.adapters.parts import Parts
from streams.adapters.watchdog import Watchdog
from streams.core.claims import Claims
from streams.core.watchdog import Patience
from streams.settings import Settings
from tests.builders import CODEC, NOON_MS, result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

CALLS, JOURNAL = "calls.retrieval", "journal.retrieval"


class Bench(Lag):
    """A pool that owns partition 0 of a broker in memory, and a lag that is as it is told."""

    def __init__(self) -> None:
        self.topics: Topics = defaultdict(list)
        self.producer = Producer(self.topics)
        self.lag: dict[TopicPartition, int] = {}
        self.ends_asked = 0
        self.reading, self.acting = asyncio.Event(), asyncio.Event()
        self.reading.set()
        self.meter = PrometheusMeter()
        self.acts = Acts(self.perform, limit=2)
        self.ownership = Ownership(self.parts(), "", lambda _: None)
        self.expect_ends = 0

    def parts(self) -> Parts:
        producer = cast("Any", self.producer)
        gate = self.reading.wait
        folds = Folds(self.topics, CODEC)
        log = MemoryLog(Settings(), CODEC, producer, JOURNAL, folds, cast("Any", gate))
        forwarder = partial(Forwarder, producer, "", JOURNAL)
        decider = partial(Claims, CODEC, "retrieval", "pool")
        return Parts("pool", log, decider, forwarder, self.acts, lambda: NOON_MS, self.meter)

    async def perform(self, call: Call) -> CallResult:
        await self.acting.wait()
        return result(call)

    async def behind(
        self, expected: Iterable[tuple[int, Mapping[str, int]]]
    ) -> Mapping[TopicPartition, int]:
        self.ends_asked += len(list(expected))
        return self.lag

    def expect_end(self) -> None:
        self.expect_ends += 1

    async def own(self) -> None:
        self.ownership.assign([TopicPartition(CALLS, 0)], [CALLS])
        await turn()

    async def feed(self, count: int) -> None:
        journey = Journey()
        for number in range(count):
            journey.start(number=number)
        records = [Record(b"acme", CODEC.encode("call", call)) for call in journey.calls]
        inputs = [to_input(CALLS, at, record) for at, record in enumerate(records)]
        self.ownership._processors[0].deliver(CALLS, inputs)
        await turn()

    async def land(self) -> None:
        self.producer.land(JOURNAL)
        self.producer.acknowledge(JOURNAL)
        await turn()

    def watchdog(self, standing_s: float = 0.2) -> Watchdog:
        patience = Patience(standing_s, folding_s=0.4)
        return Watchdog(self.ownership, self, patience, self.meter, cast("Guard", self))

    def waiting(self) -> int:
        return self.ownership.looks(self.lag)[0].waiting


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(module, "LOOK_S", 0.02)
    made = Bench()
    yield made
    await made.ownership.close()
    for task in made.acts._tasks.values():
        task.cancel()


async def watched_for(watchdog: Watchdog, seconds: float) -> None:
    """Raises what the watchdog raises within this time."""
    try:
        async with asyncio.timeout(seconds):
            await watchdog.run()
    except TimeoutError:
        return


async def test_a_block_that_is_never_acknowledged_is_a_stall_that_names_partition_and_time(
    bench: Bench,
) -> None:
    await bench.own()
    await bench.feed(1)
    watchdog = bench.watchdog()
    with pytest.raises(Stalled) as caught:
        await watched_for(watchdog, 5)
    said = str(caught.value)
    assert said.startswith("partition 0 of journal.retrieval has decided nothing for ")
    assert "(since 20" in said
    assert "tollway_ledger_append_seconds" in said
    assert watchdog.not_live() == watchdog.not_ready() == said
    assert bench.expect_ends == 1


async def test_records_that_the_broker_holds_and_nobody_brings_are_a_stall(bench: Bench) -> None:
    await bench.own()
    bench.lag = {TopicPartition(CALLS, 0): 5}
    with pytest.raises(Stalled, match="although 5 inputs or blocks wait"):
        await watched_for(bench.watchdog(), 5)
    assert bench.ends_asked > 0


async def test_a_broker_that_does_not_say_where_topics_end_is_no_reason_to_end(
    bench: Bench,
) -> None:
    await bench.own()
    watchdog = bench.watchdog()
    await watched_for(watchdog, 0.6)
    assert watchdog.not_live() == ""


async def test_a_fold_that_does_not_come_to_an_end_is_a_stall(bench: Bench) -> None:
    bench.reading.clear()
    await bench.own()
    watchdog = bench.watchdog()
    assert watchdog.not_ready() == "it reads back the state of partitions [0]"
    with pytest.raises(Stalled, match="reading its state back"):
        await watched_for(watchdog, 5)


async def test_calls_that_wait_until_others_have_ended_are_no_stall(bench: Bench) -> None:
    await bench.own()
    await bench.feed(3)
    await bench.land()
    assert len(bench.acts.running) == 2
    assert bench.ownership._processors[0].waiting == 1
    watchdog = bench.watchdog()
    await watched_for(watchdog, 0.6)
    assert watchdog.not_live() == ""
    bench.acting.set()
    await turn()
    assert bench.waiting() > 0


async def test_ready_is_who_has_joined_and_folds_nothing(bench: Bench) -> None:
    watchdog = bench.watchdog()
    assert watchdog.not_ready() == "it has not joined its consumer group"
    await bench.own()
    assert watchdog.not_ready() == ""


async def test_a_member_without_partitions_is_ready_once_it_has_joined(bench: Bench) -> None:
    bench.ownership.assign([], [CALLS])
    assert bench.watchdog().not_ready() == ""


async def test_lag_and_the_longest_standstill_are_metrics(bench: Bench) -> None:
    await bench.own()
    await bench.feed(1)
    bench.lag = {TopicPartition(CALLS, 0): 5}
    await watched_for(bench.watchdog(standing_s=60), 0.3)
    assert bench.meter.registry.get_sample_value("tollway_input_lag_records") == 5
    stood_s = bench.meter.registry.get_sample_value("tollway_no_progress_seconds")
    assert stood_s is not None
    assert stood_s > 0
    await bench.land()
    bench.lag = {}
    await watched_for(bench.watchdog(), 0.3)
    assert bench.meter.registry.get_sample_value("tollway_no_progress_seconds") == 0


async def test_events_that_wait_until_a_run_has_ended_are_no_stall(bench: Bench) -> None:
    await bench.own()
    brake = bench.ownership._processors[0].brake
    brake._inbox.entry = CALLS
    brake._limits = replace(brake._limits, open_runs=0)
    await bench.feed(1)
    assert brake.held == 1
    bench.lag = {TopicPartition(CALLS, 0): 5}
    assert bench.waiting() == 0
    bench.lag = {TopicPartition("call.results", 0): 2, TopicPartition("call.results", 1): 9}
    assert bench.waiting() == 2
