"""Execute performs the plan's steps in order; one that fails does not keep the others back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import Note, arguments_of, plan, result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, PlanStep


def planned(*tools: str) -> Journey:
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(*tools)))
    return journey


def steps(journey: Journey) -> list[PlanStep]:
    """The plan as it was when execution was over."""
    found: list[PlanStep] = journey.emitted["state.verify"][-1]["plan"]
    return found


def test_steps_are_performed_one_after_another_in_order() -> None:
    journey = planned("look", "stamp", "look")
    assert len(journey.calls) == 1
    journey.finish()
    called = [call["name"] for call in journey.emitted["calls.tool"]]
    assert called == ["look", "stamp", "look"]
    assert arguments_of(journey.emitted["calls.tool"][1]) == Note(text="stamp")


def test_a_done_step_is_marked_with_its_call_and_keeps_its_result_as_evidence() -> None:
    journey = planned("look")
    (call,) = journey.calls
    journey.finish()
    (step,) = steps(journey)
    (run,) = journey.emitted["state.verify"]
    assert (step["status"], step["call_id"], step["error"]) == ("done", call["call_id"], None)
    piece = run["evidence"][-1]
    assert (piece["id"], piece["kind"]) == (f"call:{call['call_id']}", "result")
    assert piece["content_hash"] == step["result_hash"]


@pytest.mark.parametrize("status", ["refused", "failed", "in_doubt", "expired", "rejected"])
def test_steps_after_one_that_failed_are_still_attempted(status: str) -> None:
    journey = planned("send", "look")

    def answering(call: Call) -> CallResult:
        return result(call, status if call["name"] == "send" else "done")

    outcome = journey.finish(answering)
    assert [step["status"] for step in steps(journey)] == ["refused", "done"]
    assert outcome["outcome"] == "escalated"


def test_the_first_refusal_in_the_tools_own_words_is_the_error_of_the_run() -> None:
    journey = planned("send", "stamp")
    outcome = journey.finish(lambda call: result(call, "refused", error=f"no {call['name']} today"))
    assert outcome["error"] == "no send today"
    assert [step["error"] for step in steps(journey)] == ["no send today", "no stamp today"]


def test_a_step_that_the_gate_refuses_is_marked_and_no_call_is_made() -> None:
    journey = planned("burn", "look")
    journey.finish()
    refused, done = steps(journey)
    assert (refused["status"], refused["call_id"]) == ("refused", None)
    assert str(refused["error"]).startswith("forbidden: ")
    assert done["status"] == "done"
    assert [call["name"] for call in journey.emitted["calls.tool"]] == ["look"]


def test_equal_steps_are_each_performed_once() -> None:
    journey = planned("send", "send")
    journey.finish()
    keys = [call["idempotency_key"] for call in journey.emitted["calls.tool"]]
    assert len(keys) == len(set(keys)) == 2
