"""The processor as a pool uses it, one step at a time; worlds of trouble are in the simulation."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from schemas.topics import LEDGER_MAX_BYTES
from simulation.broker import Record, Topics, busy
from simulation.process import Gate, Process
from simulation.roles import Roles
from streams.adapters.log import FOLDS_AT_A_TIME
from streams.adapters.parts import Limits, Unsure
from tests.builders import CODEC, NOON_MS, event, result, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

POOL = "journal.retrieval"
CALLS = "calls.retrieval"


class Bench:
    """One broker on which processes are started by hand; acts wait until they may go on."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.topics: Topics = defaultdict(list)
        self.acting = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()
        self.acted: list[str] = []
        self.processes: list[Process] = []
        self.roles = Roles(
            self.topics, workflow(), lambda: NOON_MS, self.perform, self.gate, limits or Limits()
        )

    async def gate(self, name: str) -> None:  # noqa: ARG002  there is one
        await self.reading.wait()

    async def perform(self, call: Call, gate: Gate) -> CallResult:  # noqa: ARG002  no fold here
        self.acted.append(call["call_id"])
        await self.acting.wait()
        return result(call)

    async def start(self, stream: str, name: str = "one") -> Process:
        process = self.roles.start(stream, name)
        self.processes.append(process)
        await turn()
        return process

    async def feed(self, process: Process, topic: str) -> None:
        records = self.topics[topic]
        process.feed(topic, records, process.cursors[topic], len(records))
        await turn()


async def turn() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


async def land(process: Process, *topics: str) -> None:
    for topic in topics or busy(process.producer.going):
        process.producer.land(topic)
        process.producer.acknowledge(topic)
    await turn()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    for process in made.processes:
        process.kill()
    await turn()


def put_calls(bench: Bench, count: int = 1) -> list[Call]:
    journey = Journey()
    for number in range(count):
        journey.start(number=number)
    values = [Record(b"acme", CODEC.encode("call", call)) for call in journey.calls]
    bench.topics[CALLS].extend(values)
    return list(journey.calls)


async def test_an_act_starts_only_after_its_claim_was_accepted(bench: Bench) -> None:
    (call,) = put_calls(bench)
    pool = await bench.start(POOL)
    await bench.feed(pool, CALLS)
    assert bench.acted == []
    pool.producer.land(POOL)
    await turn()
    assert bench.acted == []
    pool.producer.acknowledge(POOL)
    await turn()
    assert bench.acted == [call["call_id"]]


async def test_no_act_starts_from_a_claim_that_has_lost(bench: Bench) -> None:
    put_calls(bench)
    left, right = await bench.start(POOL, "left"), await bench.start(POOL, "right")
    await bench.feed(left, CALLS)
    await bench.feed(right, CALLS)
    await land(left)
    await land(right)
    assert len(bench.acted) == 1
    assert right.processor.folds == 2


async def test_a_pool_claims_no_more_than_it_can_perform(bench: Bench) -> None:
    calls = put_calls(bench, count=5)
    pool = await bench.start(POOL)
    await bench.feed(pool, CALLS)
    await land(pool)
    assert bench.acted == [call["call_id"] for call in calls[:2]]
    assert not busy(pool.producer.going)
    bench.acting.set()
    await turn()
    assert busy(pool.producer.going) == [POOL]


async def test_a_process_that_is_ending_decides_nothing_new(bench: Bench) -> None:
    put_calls(bench)
    pool = await bench.start(POOL)
    pool._acts.take_no_more()
    await bench.feed(pool, CALLS)
    assert pool.processor.waiting == 1
    assert not busy(pool.producer.going)


async def test_a_processor_is_quiet_once_its_answer_was_recorded_and_forwarded(
    bench: Bench,
) -> None:
    put_calls(bench)
    pool = await bench.start(POOL)
    await bench.feed(pool, CALLS)
    await land(pool)
    bench.acting.set()
    await turn()
    assert (busy(pool.producer.going), pool.processor.quiet) == ([POOL], False)
    await land(pool)
    assert (busy(pool.producer.going), pool.processor.quiet) == (["call.results"], False)
    await land(pool)
    assert pool.processor.quiet


async def test_an_act_that_ends_after_its_partition_came_back_is_answered(bench: Bench) -> None:
    """Lost and owned again by the same process: the act was never in doubt."""
    put_calls(bench)
    pool = await bench.start(POOL)
    await bench.feed(pool, CALLS)
    await land(pool)
    pool.task.cancel()
    pool.own()
    await turn()
    bench.acting.set()
    await turn()
    await land(pool)
    await land(pool)
    (answer,) = bench.topics["call.results"]
    assert CODEC.decode("call_result", answer.value)["status"] == "done"


async def test_room_for_claims_on_their_way_is_given_back_when_the_partition_is_lost(
    bench: Bench,
) -> None:
    put_calls(bench)
    pool = await bench.start(POOL)
    await bench.feed(pool, CALLS)
    assert pool.free == 1
    pool.task.cancel()
    await turn()
    assert pool.free == 2


async def test_a_failed_append_ends_the_processor(bench: Bench) -> None:
    put_calls(bench)
    pool = await bench.start(POOL)
    await bench.feed(pool, CALLS)
    pool.producer.break_down()
    await turn()
    with pytest.raises(Unsure, match="an append to the ledger failed"):
        pool.task.result()


async def test_a_failed_send_ends_the_processor(bench: Bench) -> None:
    worker = await bench.start("ledger")
    for number in range(3):
        value = CODEC.encode("intake_event", event(number))
        bench.topics["state.intake"].append(Record(b"acme", value))
    await bench.feed(worker, "state.intake")
    await land(worker, "ledger")
    assert busy(worker.producer.going) == ["state.retrieval"]
    worker.producer.break_down()
    await turn()
    with pytest.raises(Unsure, match="partition 0"):
        worker.task.result()


async def test_while_a_partition_folds_nothing_is_taken(bench: Bench) -> None:
    bench.reading.clear()
    worker = await bench.start("ledger")
    assert (worker.processor.expected(), worker.cursors) == ({}, {})
    value = CODEC.encode("intake_event", event())
    bench.topics["state.intake"].append(Record(b"acme", value))
    worker.feed("state.intake", bench.topics["state.intake"], 0, 1)
    bench.reading.set()
    await turn()
    assert worker.processor.waiting == 0
    assert worker.cursors["state.intake"] == 0


@pytest.mark.parametrize(("inputs_per_block", "blocks"), [(1, [1, 1]), (2, [2, 2]), (256, [5])])
async def test_a_block_holds_so_many_inputs_and_so_many_blocks_are_on_their_way(
    bench: Bench, inputs_per_block: int, blocks: list[int]
) -> None:
    bench.roles = replace(bench.roles, limits=Limits(inputs_per_block=inputs_per_block))
    worker = await bench.start("ledger")
    for number in range(5):
        value = CODEC.encode("intake_event", event(number))
        bench.topics["state.intake"].append(Record(b"acme", value))
    await bench.feed(worker, "state.intake")
    going = [sending.record.value for sending in worker.producer.going["ledger"]]
    assert [len(CODEC.decode("ledger_block", value)["decisions"]) for value in going] == blocks


async def test_a_huge_result_neither_stops_the_partition_nor_breaks_the_broker(
    bench: Bench,
) -> None:
    worker = await bench.start("ledger")
    record = Record(b"acme", b"x" * LEDGER_MAX_BYTES)
    bench.topics["call.results"].append(record)
    bench.topics["state.intake"].append(Record(b"acme", CODEC.encode("intake_event", event())))
    await bench.feed(worker, "call.results")
    await bench.feed(worker, "state.intake")
    await land(worker, "ledger", "ledger")
    assert all(len(block.value) < LEDGER_MAX_BYTES for block in bench.topics["ledger"])
    assert set(busy(worker.producer.going)) == {"call.results.dead", "state.retrieval"}


async def test_a_snapshot_waits_while_other_partitions_are_being_read() -> None:
    bench = Bench(Limits(bytes_between_snapshots=1))
    process = await bench.start("ledger")
    room = process.processor._parts.log._room
    for _ in range(FOLDS_AT_A_TIME):
        await room.acquire()
    for number in range(3):
        await take_an_event(bench, process, number)
    assert snapshots(bench) == 0
    room.release()
    await take_an_event(bench, process, 3)
    assert snapshots(bench) > 0
    process.kill()


async def take_an_event(bench: Bench, process: Process, number: int) -> None:
    value = CODEC.encode("intake_event", event(number=number))
    bench.topics["state.intake"].append(Record(b"acme", value))
    await bench.feed(process, "state.intake")
    await land(process, "ledger")


def snapshots(bench: Bench) -> int:
    blocks = [CODEC.decode("ledger_block", record.value) for record in bench.topics["ledger"]]
    return sum(not block["decisions"] for block in blocks)
