"""Intake: the same event is the same run, and a run begins under one workflow's contract."""

from __future__ import annotations

from agents.state_table import state_table
from streams.core import tables
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.hashing import run_id
from tests.builders import CODEC, NOON_MS, delivered, event, workflow
from tests.unit.core.journey import Journey


def test_a_run_has_the_hash_of_workspace_and_event_as_its_id() -> None:
    draft = Journey().start()
    assert draft.run_id == run_id("acme", "e-1") != run_id("acme2", "e-1")
    assert run_id("a", "bc") != run_id("ab", "c")


def test_a_repeated_event_is_the_same_run_and_emits_nothing() -> None:
    journey = Journey()
    journey.start()
    before = list(journey.fold.tables)
    again = journey.start(request="the same event with other words")
    assert (again.rule, again.emits, again.changes) == ("intake.duplicate", [], [])
    assert list(journey.fold.tables) == before


def test_an_event_is_recognised_after_its_run_has_ended() -> None:
    journey = Journey()
    journey.start()
    journey.finish()
    assert journey.start().rule == "intake.duplicate"
    assert len(journey.outcomes) == 1


def test_an_unknown_workflow_is_rejected_with_the_names_of_known_ones() -> None:
    journey = Journey()
    draft = journey.start(workflow="huge")
    (outcome,) = journey.outcomes
    assert draft.rule == "intake.unknown_workflow"
    assert outcome["outcome"] == "rejected"
    assert outcome["error"] == ("workflow: no workflow huge is deployed here; name one of: tiny")
    assert journey.start(workflow="huge").rule == "intake.duplicate"


def test_an_intent_leads_to_the_workflow_that_serves_it() -> None:
    journey = Journey()
    journey.start(workflow=None, intent="greet")
    assert journey.finish()["workflow"] == "tiny"


def test_an_intent_that_nobody_serves_is_rejected() -> None:
    journey = Journey()
    journey.start(workflow=None, intent="sing")
    (outcome,) = journey.outcomes
    assert "serve intent sing; name one of: tiny" in str(outcome["error"])


def test_an_intent_that_several_serve_is_rejected_and_not_guessed() -> None:
    flows = {name: workflow(workflow=name) for name in ("one", "two")}
    engine = Engine(CODEC, flows, state_table(), "worker", 0)
    value = CODEC.encode("intake_event", event(workflow=None, intent="greet"))
    draft = engine.decide(Fold(CODEC), delivered("state.intake", 0, value), NOON_MS)
    assert draft.rule == "intake.unknown_workflow"
    assert draft.reason.endswith("name one of: one, two")


def test_a_run_is_marked_with_the_versions_that_it_is_decided_under() -> None:
    journey = Journey()
    assert journey.start().versions == journey.flow.versions
    assert journey.entry()["phase"] == "waiting"
    assert journey.fold.tables.items(tables.RUNS)[0][0].startswith("acme|")
