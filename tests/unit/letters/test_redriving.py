"""Re-driving is a new run, made of the run's own data, and the same however often it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from schemas.bounds import MAX_ID_CHARACTERS
from schemas.errors import LetterRefused
from schemas.topics import topics
from streams.core.hashing import run_id
from tests.builders import CODEC, WORKSPACE, event, result
from tests.unit.letters.letters import EVENT, BrokenWorld, letter, put_letter
from tests.unit.sinks.world import World
from tollway.letters.names import Name
from tollway.letters.reading import Held, read_letters
from tollway.letters.redriving import Publication, new_event_id, redriving

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

ALL = [topic.name for topic in topics().values() if topic.dead_letters]


async def the_letter(world: World) -> Held:
    ((_, held),) = (await read_letters(world.source(), CODEC, ALL)).held.items()
    return held


async def redriven(world: World) -> Publication:
    held = await the_letter(world)
    return (await redriving(world.source(), CODEC, [held])).publication(held)


async def refused(world: World) -> str:
    with pytest.raises(LetterRefused) as caught:
        await redriven(world)
    return str(caught.value)


def with_letter(**changes: Any) -> World:
    world = World()
    put_letter(world, letter(**changes))
    return world


async def test_a_letter_of_the_public_topic_is_published_as_it_was() -> None:
    made = await redriven(with_letter(value=b"garbage"))
    assert made == Publication(b"key", b"garbage", (("trace", b"\xff"), ("null", None)))


async def test_its_run_is_named_where_its_event_can_be_read() -> None:
    made = await redriven(with_letter(value=EVENT))
    assert (made.value, made.event_id) == (EVENT, "e-1")
    assert made.run_id == run_id(WORKSPACE, "e-1")


async def test_a_letter_of_the_public_topic_that_was_cut_is_refused() -> None:
    cut = [{"part": "value", "original_bytes": 9, "original_hash": ""}]
    assert "only the beginning of its value was kept" in await refused(with_letter(cut=cut))


@pytest.mark.parametrize("state", ["retrieval", "plan", "execute", "verify", "finalize", "log"])
async def test_a_run_that_died_in_a_state_is_published_as_it_came_with_a_new_id(
    state: str,
) -> None:
    world = BrokenWorld(state).run({})
    made = await redriven(world)
    name = (await the_letter(world)).name
    old = event()
    assert made.event_id == f"e-1.redrive.state.{state}.0.{name.offset}"
    assert CODEC.decode("intake_event", made.value) == {
        **old,
        "event_id": made.event_id,
        "occurred_at_ms": world.topics["ledger"][0].timestamp_ms,
    }
    assert made.run_id == run_id(WORKSPACE, made.event_id) != run_id(WORKSPACE, "e-1")
    assert (made.key, made.headers) == (WORKSPACE.encode(), ())


async def test_a_run_that_died_where_it_began_is_made_of_its_event() -> None:
    made = await redriven(BrokenWorld("intake").run({}))
    assert made.event_id == "e-1.redrive.state.intake.0.0"
    assert CODEC.decode("intake_event", made.value) == event(event_id=made.event_id)


def paid_back(call: Call) -> CallResult:
    return result(call, cost_usd_micros=-1)


async def test_a_run_that_died_of_an_answer_is_found_by_the_letters_run() -> None:
    world = World(answering=paid_back).run({})
    assert (await redriven(world)).event_id == "e-1.redrive.call.results.0.0"


async def test_redriving_again_is_the_same_run() -> None:
    world = BrokenWorld("plan").run({})
    assert await redriven(world) == await redriven(world)


async def test_a_letter_that_arrived_twice_is_one_letter() -> None:
    world = BrokenWorld("plan").run({})
    twin = world.topics["state.plan.dead"]
    world.publish("state.plan.dead", twin[0].value)
    assert (await redriven(world)).event_id == "e-1.redrive.state.plan.0.0"


async def test_a_redriven_run_that_dies_again_is_a_new_run_again() -> None:
    first = await redriven(BrokenWorld("plan").run({}))
    again = await redriven(BrokenWorld("plan").run({"event_id": first.event_id}))
    assert again.event_id == f"{first.event_id}.redrive.state.plan.0.0"


@pytest.mark.parametrize("length", [1, 100, 128])
def test_an_event_id_stays_within_its_bound_and_tells_letters_apart(length: int) -> None:
    names = [Name("state.retrieval", 11, offset) for offset in (1, 10**17)]
    ids = {new_event_id(old * length, name) for old in "ab" for name in names}
    assert len(ids) == 4
    assert max(map(len, ids)) <= MAX_ID_CHARACTERS


@pytest.mark.parametrize("topic", ["state.plan", "calls.tool", "call.results", "state.intake"])
async def test_garbage_belongs_to_no_run_and_it_says_what_to_do(topic: str) -> None:
    said = await refused(with_letter(topic=topic))
    assert said.startswith(f"{topic}/0/4: ")
    assert "publish the request again, and drop the letter" in said


async def test_a_run_that_is_not_on_the_ledger_is_not_invented() -> None:
    said = await refused(with_letter(topic="state.plan", run_id="f" * 32))
    assert "no run on the ledger is known to belong to it" in said


async def test_a_run_that_has_not_ended_is_left_alone() -> None:
    world = World()
    world.publish("state.intake", EVENT)
    world.worker.decide(world.worker.waiting())
    put_letter(world, letter(topic="calls.tool", run_id=run_id(WORKSPACE, "e-1")))
    assert "has not ended" in await refused(world)


async def test_a_run_that_was_resolved_all_the_same_is_left_alone() -> None:
    world = World().run({})
    put_letter(world, letter(topic="calls.tool", run_id=run_id(WORKSPACE, "e-1")))
    assert "was resolved without it; drop the letter" in await refused(world)


async def test_what_a_void_block_says_does_not_count() -> None:
    world = World()
    world.publish("state.intake", EVENT)
    world.worker.decide(world.worker.waiting())
    (valid,) = world.topics["ledger"]
    block = CODEC.decode("ledger_block", valid.value)
    void = {**block, "previous": b"x" * len(block["previous"])}
    world.topics["ledger"] = [replace(valid, value=CODEC.encode("ledger_block", void))]
    put_letter(world, letter(topic="calls.tool", run_id=run_id(WORKSPACE, "e-1")))
    assert "no run on the ledger" in await refused(world)
