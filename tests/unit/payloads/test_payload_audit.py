"""Audit and replay decide on large answers again as they were decided: whole, or without."""

from __future__ import annotations

from streams.core.audit.findings import Report
from streams.sources.replay import Replay
from streams.sources.verify import Verification
from tests.builders import CODEC
from tests.unit.audit.tampering import CONTRACTS
from tests.unit.payloads.deployment import StoringWorld
from tests.unit.sinks.world import World


async def audited(world: World) -> Report:
    return await Verification(world.source(), CODEC, CONTRACTS, world.production()).run()


async def test_every_decision_on_a_large_answer_comes_out_the_same() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    report = await audited(world)
    assert report.passed, report.findings
    assert report.counts["decided again: same"] == 11
    assert len(world.kept) == 4


async def test_a_payload_that_is_gone_by_now_is_counted_as_an_input_that_is_not_held() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    world.kept.clear()
    report = await audited(world)
    assert report.passed, report.findings
    assert report.counts["decided again: input not held"] == 4


async def test_an_answer_that_could_not_be_had_comes_out_so_even_when_it_is_there_now() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    world.fetches.away = set(world.kept)
    world.run({"event_id": "b"})
    assert CODEC.decode("outcome", world.topics["outcomes"][-1].value)["outcome"] == "failed"
    report = await audited(world)
    assert report.passed, report.findings
    assert report.counts["decided again: differs"] == 0


async def test_a_replay_reads_what_the_run_has_read() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    found = await Replay(world.source(), CODEC, world.production()).steps("a")
    (steps,) = found.values()
    assert {step.again.verdict for step in steps} == {"same"}
    answers = [step.source for step in steps if step.decision["rule"] == "answer.done"]
    assert {source.payload for source in answers if source} == set(world.kept.values())
