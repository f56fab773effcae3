"""Acts are bounded, outlive the owner that started them, and report to whoever owns them then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streams.adapters.acts import Acts, no_acts
from streams.core.claims import Finished
from tests.builders import result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult


class Owner:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.facts: list[Finished] = []
        self.woken = 0
        self.quiet = True

    def finished(self, fact: Finished) -> None:
        self.facts.append(fact)

    def wake(self) -> None:
        self.woken += 1


class Bench:
    """Two calls and a performer that ends when told to."""

    def __init__(self, limit: int = 2) -> None:
        self.go = asyncio.Event()
        self.error: Exception | None = None
        self.acts = Acts(self.perform, limit, self.resolve)
        journey = Journey()
        journey.start()
        journey.start(number=2)
        self.first, self.second = journey.calls

    async def perform(self, call: Call) -> CallResult:
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return result(call)

    async def resolve(self, call: Call, doubt: CallResult) -> CallResult:
        await self.go.wait()
        if self.error is not None:
            raise self.error
        assert doubt["status"] == "in_doubt"
        return result(call, "expired")

    def begin(self, call: Call) -> None:
        self.acts.promise(1)
        self.acts.start(0, call)

    async def end(self) -> None:
        self.go.set()
        for _ in range(3):
            await asyncio.sleep(0)


async def test_room_is_kept_for_what_is_promised_and_what_runs() -> None:
    bench = Bench(limit=2)
    bench.acts.promise(1)
    assert bench.acts.free == 1
    bench.acts.promise(1)
    assert bench.acts.free == 0
    bench.acts.promise(-1)
    bench.acts.start(0, bench.first)
    assert (bench.acts.free, list(bench.acts.running)) == (1, [bench.first["call_id"]])
    await bench.end()
    assert (bench.acts.free, bench.acts.running) == (2, frozenset())


async def test_the_end_of_an_act_goes_to_its_owner_and_everybody_hears_of_the_room() -> None:
    bench, owner, neighbour = Bench(), Owner(), Owner()
    bench.acts.join(0, owner)
    bench.acts.join(1, neighbour)
    bench.begin(bench.first)
    await bench.end()
    assert [fact.call for fact in owner.facts] == [bench.first]
    assert (neighbour.facts, owner.woken, neighbour.woken) == ([], 1, 1)


async def test_the_end_of_an_act_goes_to_a_later_owner_of_its_partition() -> None:
    bench, before, after = Bench(), Owner(), Owner()
    bench.acts.join(0, before)
    bench.begin(bench.first)
    bench.acts.join(0, after)
    bench.acts.leave(0, before)
    await bench.end()
    assert (len(before.facts), len(after.facts)) == (0, 1)


async def test_the_end_of_an_act_that_nobody_owns_is_let_go() -> None:
    bench, owner = Bench(), Owner()
    bench.acts.join(0, owner)
    bench.begin(bench.first)
    bench.acts.leave(0, owner)
    await bench.end()
    assert (owner.facts, bench.acts.running) == ([], frozenset())


async def test_a_performer_that_raises_is_a_fault_of_the_pool() -> None:
    bench, owner = Bench(), Owner()
    bench.acts.join(0, owner)
    bench.error = RuntimeError("not an answer")
    bench.begin(bench.first)
    await bench.end()
    assert bench.acts.failure is bench.error
    assert (owner.facts, owner.woken) == ([], 1)


async def test_a_worker_performs_nothing() -> None:
    acts = no_acts()
    acts.promise(1)
    acts.start(0, Bench().first)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert "was asked to perform" in str(acts.failure)


async def test_a_call_in_doubt_is_asked_about_and_not_performed() -> None:
    bench, owner = Bench(), Owner()
    bench.acts.join(0, owner)
    bench.acts.doubt(0, Finished(bench.first, result(bench.first, "in_doubt")))
    assert bench.acts.running == {bench.first["call_id"]}
    await bench.end()
    assert [fact.result["status"] for fact in owner.facts] == ["expired"]
    assert (bench.acts.running, owner.woken) == (frozenset(), 1)


async def test_where_nobody_can_be_asked_a_doubt_is_the_answer() -> None:
    bench, owner = Bench(), Owner()
    acts = Acts(bench.perform, 1)
    acts.join(0, owner)
    acts.doubt(0, Finished(bench.first, result(bench.first, "in_doubt")))
    assert [fact.result["status"] for fact in owner.facts] == ["in_doubt"]


async def test_asking_that_breaks_is_a_fault_of_the_pool() -> None:
    bench = Bench()
    bench.error = RuntimeError("not an answer")
    bench.acts.doubt(0, Finished(bench.first, result(bench.first, "in_doubt")))
    await bench.end()
    assert bench.acts.failure is bench.error


async def test_acts_are_quiet_once_nothing_runs_and_no_owner_has_anything_under_way() -> None:
    bench, owner = Bench(), Owner()
    bench.acts.join(0, owner)
    bench.begin(bench.first)
    assert not bench.acts.quiet
    await bench.end()
    assert bench.acts.quiet
    owner.quiet = False
    assert not bench.acts.quiet


async def test_a_process_that_is_to_end_takes_no_more() -> None:
    bench = Bench(limit=5)
    bench.acts.take_no_more()
    assert bench.acts.free <= 0
