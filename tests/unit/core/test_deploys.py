"""A new version of a workflow is deployed while runs are under way."""

from __future__ import annotations

from dataclasses import replace

from agents.state_table import state_table
from streams.core.engine import Engine
from streams.core.workflow import Workflow
from tests.builders import CODEC, plan, result, states, workflow
from tests.unit.core.journey import Journey


def deploy(journey: Journey, flow: Workflow) -> None:
    """The next decisions are made by a worker that holds `flow`."""
    journey.engine = Engine(CODEC, {flow.name: flow}, state_table(), "worker", 0)


def newer() -> Workflow:
    """The tiny workflow, which now may call nothing in its state `execute`."""
    flow = workflow(version=2, states=states(execute={"tools": []}))
    return replace(flow, versions={**flow.versions, "contract": "tiny@2"})


def under_way() -> Journey:
    """A run that waits for its plan, with a new version deployed."""
    journey = Journey()
    journey.start()
    call = journey.until_call("tiny-model")
    deploy(journey, newer())
    journey.answer(result(call, answer=plan("look")))
    return journey


def test_a_run_goes_on_under_the_versions_that_are_deployed() -> None:
    outcome = under_way().finish()
    assert "tool look is not allowed in state execute" in str(outcome["error"])
    assert outcome["versions"]["contract"] == "tiny@2"


def test_every_decision_names_the_versions_that_it_was_made_under() -> None:
    journey = under_way()
    journey.finish()
    names = [draft.versions["contract"] for draft in journey.drafts if draft.versions]
    assert names == sorted(names)
    assert set(names) == {"tiny@1", "tiny@2"}


def test_the_decision_that_moves_a_run_says_from_where_to_where_and_only_that_one() -> None:
    journey = under_way()
    journey.finish()
    moved = [draft for draft in journey.drafts if draft.reason.startswith("moved from tiny@1")]
    assert len(moved) == 1
    assert "to tiny@2" in moved[0].reason


def test_a_run_whose_workflow_is_gone_ends_as_failed_and_says_so() -> None:
    journey = Journey()
    journey.start()
    call = journey.calls.popleft()
    journey.engine = Engine(CODEC, {}, state_table(), "worker", 0)
    journey.answer(result(call))
    assert (journey.outcomes[0]["outcome"], journey.entry()["phase"]) == ("failed", "finished")
    assert "no workflow tiny is deployed here" in str(journey.outcomes[0]["error"])
