"""Finalize decides the outcome; an answer may only cite what the run has read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import model_answer, reply, result, states, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call


def finalizing() -> tuple[Journey, Call]:
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model")))
    return journey, journey.until_call("tiny-model")


def test_an_answer_with_what_it_rests_on_is_the_outcome() -> None:
    journey, call = finalizing()
    journey.answer(result(call, answer=reply("policy:1")))
    outcome = journey.finish()
    assert (outcome["outcome"], outcome["answer"]) == ("resolved", "It is done.")
    assert outcome["citations"] == ["policy:1"]


def test_an_answer_that_cites_what_was_never_read_is_escalated() -> None:
    journey, call = finalizing()
    journey.answer(result(call, answer=reply("policy:1", "policy:9", "policy:8")))
    outcome = journey.finish()
    assert outcome["outcome"] == "escalated"
    assert outcome["error"] == "the answer cites policy:9, which this run has not read"


@pytest.mark.parametrize("status", ["refused", "rejected"])
def test_without_a_model_the_run_says_in_plain_words_what_was_done(status: str) -> None:
    journey, call = finalizing()
    journey.answer(result(call, status))
    outcome = journey.finish()
    assert (outcome["outcome"], outcome["answer"]) == ("resolved", "Done: look.")


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"answer": "", "citations": []}'])
def test_words_that_do_not_conform_are_replaced_by_plain_ones(answer: bytes) -> None:
    journey, call = finalizing()
    journey.answer(result(call, answer=model_answer(answer)))
    assert journey.finish()["answer"] == "Done: look."


def test_a_contract_may_do_without_a_model_for_the_answer() -> None:
    journey = Journey(workflow(states=states(finalize={"model": None})))
    journey.start()
    outcome = journey.finish()
    assert (outcome["calls"], outcome["answer"]) == (3, "Done: look.")


def test_what_went_wrong_is_said_and_a_person_follows_up() -> None:
    journey = Journey()
    journey.start()
    outcome = journey.finish(lambda call: result(call, "refused", error="closed"))
    assert outcome["outcome"] == "escalated"
    assert outcome["answer"] == "Nothing was changed. A person will follow up: closed"


def test_a_success_criterion_that_was_not_checked_was_not_met() -> None:
    journey = Journey(workflow(states=states(verify={"checks": []})))
    journey.start()
    assert journey.finish()["outcome"] == "escalated"


def test_an_answer_that_fails_a_check_is_replaced_by_plain_words_and_escalated() -> None:
    def says_no(view: Any) -> Any:
        return {"name": "polite", "passed": "please" in view.run["answer"], "detail": "no please"}

    flow = workflow(states=states(finalize={"checks": ["polite"]}))
    journey = Journey(replace(flow, checks={**flow.checks, "polite": says_no}))
    journey.start()
    outcome = journey.finish()
    assert (outcome["outcome"], outcome["error"]) == ("escalated", "polite: no please")
    assert outcome["answer"] == "Done: look. A person will follow up: polite: no please"
