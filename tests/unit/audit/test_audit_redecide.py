"""Every decision made again from its input, by the engine that runs in production."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.builders import CODEC, event, states, workflow
from tests.unit.audit.tampering import audited, copied, forged, sound
from tests.unit.sinks.world import World

if TYPE_CHECKING:
    from schemas.records import LedgerBlock


async def test_every_decision_comes_out_the_same() -> None:
    report = await audited(copied(), production=sound().production())

    assert report.passed
    assert report.counts["decided again: same"] == 33


async def test_a_changed_decision_is_found_even_in_the_last_block() -> None:
    last = copied()["ledger"][-1].offset

    def changed(offset: int, block: LedgerBlock) -> None:
        if offset == last:
            block["decisions"][-1]["reason"] = "because I say so"

    topics = forged(copied(), changed)

    assert (await audited(topics)).passed
    (finding,) = (await audited(topics, production=sound().production())).findings
    assert (finding.offset, finding.kind) == (last, "redecided")
    assert "in reason" in finding.message


async def test_other_versions_of_the_workflow_are_said_and_are_no_finding() -> None:
    newer = workflow(states=states(verify={"checks": []}), success=["never"])
    versions = {**newer.versions, "contract": "tiny@2"}
    world = World(replace(newer, versions=versions))  # type: ignore[arg-type]

    report = await audited(copied(), production=world.production())

    assert report.passed
    assert report.counts["decided again: other versions"] > 0
    assert report.counts["decided again: differs"] == 0


async def test_the_same_version_with_another_content_is_found() -> None:
    world = World(workflow(prices_usd_micros={"shelf": 51, "look": 20, "send": 300}))

    report = await audited(copied(), production=world.production())

    assert {finding.kind for finding in report.findings} == {"redecided"}


async def test_an_input_that_is_not_held_any_more_is_counted() -> None:
    topics = copied()
    del topics["call.results"][:2]

    report = await audited(topics, production=sound().production())

    assert report.passed
    assert report.counts["decided again: input not held"] == 2


async def test_the_inputs_of_a_block_that_lost_are_there_for_the_one_that_won() -> None:
    world = World()
    world.publish("state.intake", CODEC.encode("intake_event", event(1)))
    world.worker.decide(world.worker.waiting())
    world.publish("state.intake", CODEC.encode("intake_event", event(2)))
    world.beaten_by_stale_worker()
    world.run()

    report = await audited(dict(world.topics), production=world.production())

    assert report.passed
    assert report.counts["void blocks"] == 1
    assert report.counts["runs"] == 2
    assert set(report.counts) & {"decided again: input not held"} == set()
