"""What a partition holds back: runs beyond those that may be open, and topics that are full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiokafka import TopicPartition

from simulation.broker import Record
from simulation.process import Process
from streams.adapters.brake import Brake
from streams.adapters.feeding import hold_back
from streams.adapters.parts import Limits
from streams.core.inbox import Inbox
from tests.builders import CODEC, delivered, event, result
from tests.unit.core.test_processor import Bench, land

if TYPE_CHECKING:
    from schemas.records import Call

INTAKE, RESULTS, CALLS = "state.intake", "call.results", "calls.retrieval"
OPEN = 2


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench(Limits(open_runs=OPEN, inbox_records=4))
    yield made
    for process in made.processes:
        process.kill()
    await asyncio.sleep(0)


async def worker_with(bench: Bench, events: int) -> Process:
    """A worker that was brought so many events, and has decided what it may."""
    worker = await bench.start("ledger")
    for number in range(events):
        value = CODEC.encode("intake_event", event(number))
        bench.topics[INTAKE].append(Record(b"acme", value))
    await bring(bench, worker, INTAKE)
    return worker


async def bring(bench: Bench, worker: Process, topic: str) -> None:
    """Bring what is new, and let all that follows from it happen."""
    await bench.feed(worker, topic)
    for _ in range(8):
        if worker.producer.going["ledger"]:
            await land(worker, "ledger")
        for sent in [at for at in list(worker.producer.going) if at != "ledger"]:
            while worker.producer.going[sent]:
                await land(worker, sent)


def begun(bench: Bench) -> int:
    return len(bench.topics["state.retrieval"])


async def test_no_run_begins_while_as_many_as_may_be_are_open(bench: Bench) -> None:
    worker = await worker_with(bench, events=5)
    assert begun(bench) == OPEN
    assert worker.processor.brake.holds
    assert worker.processor.brake.held == 3


async def test_runs_that_have_begun_go_on_and_make_room_when_they_end(bench: Bench) -> None:
    worker = await worker_with(bench, events=5)
    await bring(bench, worker, "state.retrieval")
    await refuse_first(bench, worker, CALLS)
    await bring(bench, worker, "state.finalize")
    await refuse_first(bench, worker, "calls.model")
    assert begun(bench) == OPEN
    await bring(bench, worker, "state.log")
    assert len(bench.topics["outcomes"]) == 1
    assert begun(bench) == OPEN + 1
    assert len(worker.processor.brake.open_runs) == OPEN


async def refuse_first(bench: Bench, worker: Process, calls: str) -> None:
    """A pool answers one call, and the run goes on."""
    call = cast("Call", CODEC.decode("call", bench.topics[calls][0].value))
    answer = {**result(call), "status": "refused"}
    bench.topics[RESULTS].append(Record(b"acme", CODEC.encode("call_result", answer)))
    await bring(bench, worker, RESULTS)


async def test_open_runs_are_known_after_a_restart(bench: Bench) -> None:
    (await worker_with(bench, events=5)).kill()
    second = await bench.start("ledger", "two")
    await bring(bench, second, INTAKE)
    assert second.processor.brake.holds
    assert second.processor.brake.held == 3


async def test_only_the_topic_of_which_enough_waits_is_held_back(bench: Bench) -> None:
    worker = await worker_with(bench, events=OPEN + 4)
    assert worker.processor.brake.full() == []
    bench.topics[INTAKE].append(Record(b"acme", CODEC.encode("intake_event", event(99))))
    await bring(bench, worker, INTAKE)
    assert worker.processor.brake.full() == [INTAKE]
    assert RESULTS in worker.processor.brake.drained()


def test_a_topic_is_held_back_for_its_weight_too() -> None:
    inbox = Inbox("in")
    inbox.open({"in": 0, "other": 0})
    brake = Brake(inbox, Limits(inbox_bytes=100))
    inbox.offer("other", [delivered("other", 0, b"x" * 101)])
    assert brake.full() == ["other"]
    assert brake.drained() == ["in"]
    inbox.take(facts_only=False)
    assert (brake.full(), sorted(brake.drained())) == ([], ["in", "other"])


class Consumer:
    """What a consumer has assigned and paused."""

    def __init__(self, *topics: str) -> None:
        self.assigned = {at(topic) for topic in topics}
        self.held: set[TopicPartition] = set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def paused(self) -> set[TopicPartition]:
        return self.held

    def pause(self, *tps: TopicPartition) -> None:
        assert self.assigned.issuperset(tps)
        self.held = self.held.union(tps)

    def resume(self, *tps: TopicPartition) -> None:
        self.held = self.held.difference(tps)


def at(topic: str) -> TopicPartition:
    return TopicPartition(topic, 0)


def test_what_is_full_is_paused_until_it_has_drained() -> None:
    consumer: Any = Consumer("a", "b")
    assert hold_back(consumer, {at("a"), at("lost meanwhile")}, {at("b")})
    assert consumer.held == {at("a")}
    assert hold_back(consumer, set(), {at("b")})
    assert consumer.held == {at("a")}
    assert not hold_back(consumer, set(), {at("a"), at("b")})
    assert consumer.held == set()
