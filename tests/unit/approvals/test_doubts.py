"""A call in doubt that may not be repeated: a person says what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import states
from tests.unit.approvals.desk import (
    RULE,
    calls_of,
    decide,
    decision,
    deploy,
    give,
    news,
    pass_time,
    question,
    refunded,
    refunding,
    refunds,
)
from tests.unit.core.journey import Journey

DOUBTS = {"role": "finance", "expires_s": 600}
EXECUTE = {"tools": ["look", "send", "refund"]}


def in_doubt(**changes: Any) -> Journey:
    """A run whose refund ended in doubt."""
    journey = refunding(100, flow=refunds(doubts=DOUBTS, **changes))
    journey.answer(refunded(journey.calls.popleft(), "in_doubt", cost_usd_micros=0))
    return journey


def spent(journey: Journey) -> set[int]:
    return {entry["spent_usd_micros"] for entry in journey.budget().values()}


def test_a_person_is_asked_whether_it_happened_and_its_money_is_settled() -> None:
    journey = in_doubt()
    asked = question(journey)
    (call,) = calls_of(journey)
    assert (asked["kind"], asked["rule"], asked["call_id"]) == (
        "in_doubt",
        "doubts",
        call["call_id"],
    )
    assert asked["arguments_json"] == '{"order_id":"#W1","amount_usd_cents":100}'
    assert asked["because"] == "it was in_doubt"
    assert spent(journey) == {520}
    assert all(entry["reserved_usd_micros"] == 0 for entry in journey.budget().values())


def test_what_nothing_was_heard_of_is_asked_about_as_well() -> None:
    journey = refunding(100, flow=refunds(doubts=DOUBTS))
    journey.calls.clear()
    pass_time(journey)
    assert "nothing was heard of it" in question(journey)["because"]


def test_what_has_happened_is_done_and_not_done_again() -> None:
    journey = in_doubt()
    assert decide(journey, "happened", approver="fay").rule == "approval.happened"
    outcome = journey.finish(refunded)
    assert (outcome["outcome"], outcome["error"]) == ("resolved", None)
    assert len(calls_of(journey)) == 1


def test_what_has_never_happened_is_a_new_newly_reserved_attempt() -> None:
    journey = in_doubt()
    assert decide(journey, "never_happened", approver="fay").rule == "approval.never_happened"
    first, second = calls_of(journey)
    assert second["attempt"] == 2
    assert second["idempotency_key"] == first["idempotency_key"]
    assert {entry["reserved_usd_micros"] for entry in journey.budget().values()} == {500}
    assert spent(journey) == {520}


def test_an_attempt_that_the_contract_does_not_leave_is_not_made() -> None:
    journey = in_doubt(states=states(execute={**EXECUTE, "attempts": 1}))
    decide(journey, "never_happened", approver="fay")
    outcome = journey.finish(refunded)
    assert len(calls_of(journey)) == 1
    assert "it never happened, says fay" in str(outcome["error"])
    assert "leaves no further attempt" in str(outcome["error"])


def test_without_an_answer_the_run_is_escalated_as_if_nobody_had_been_asked() -> None:
    journey = in_doubt()
    assert pass_time(journey).rule == "timer.expired"
    (step,) = journey.emitted["state.verify"][-1]["plan"]
    assert (step["status"], step["call_id"]) == ("refused", calls_of(journey)[0]["call_id"])
    outcome = journey.finish(refunded)
    assert outcome["outcome"] == "escalated"
    assert len(calls_of(journey)) == 1


@pytest.mark.parametrize("verdict", ["approve", "deny"])
def test_it_is_no_question_of_yes_or_no(verdict: str) -> None:
    assert decide(in_doubt(), verdict, approver="fay").rule == "approval.unfit"


def test_only_the_role_of_the_contract_may_say_it() -> None:
    assert decide(in_doubt(), "happened", approver="lea").rule == "approval.role"


def late() -> tuple[Journey, Any]:
    """A run that asks about a refund of which nothing was heard, and the refund."""
    journey = refunding(100, flow=refunds(doubts=DOUBTS))
    call = journey.calls.popleft()
    pass_time(journey)
    return journey, call


def test_an_answer_that_comes_after_all_withdraws_the_question_and_corrects_the_money() -> None:
    journey, call = late()
    given = decision(journey, "happened", approver="fay")
    draft = journey.answer(refunded(call, cost_usd_micros=40))
    assert draft.rule == "approval.withdrawn"
    assert [spend["entry"] for spend in draft.spend][:1] == ["correct"]
    assert give(journey, given).rule == "approval.withdrawn"
    outcome = journey.finish(refunded)
    assert outcome["outcome"] == "resolved"
    assert spent(journey) == {20 + 40 + 10}
    assert len(calls_of(journey)) == 1


def test_an_answer_that_it_was_never_started_tries_it_again() -> None:
    journey, call = late()
    journey.answer(refunded(call, "expired", cost_usd_micros=0))
    assert [one["attempt"] for one in calls_of(journey)] == [1, 2]


def test_an_answer_that_is_in_doubt_itself_leaves_the_question_open() -> None:
    journey, call = late()
    asked = question(journey)
    journey.answer(refunded(call, "in_doubt", cost_usd_micros=0))
    assert question(journey) == asked


def test_without_a_role_in_the_contract_nobody_is_asked() -> None:
    journey = refunding(100, flow=refunds())
    journey.answer(refunded(journey.calls.popleft(), "in_doubt", cost_usd_micros=0))
    journey.finish(refunded)
    assert news(journey) == []


def test_after_a_deploy_that_changes_the_tools_the_question_says_no_arguments() -> None:
    journey = refunding(100, flow=refunds(doubts=DOUBTS))
    call = journey.calls.popleft()
    deploy(journey, refunds({**RULE, "when": None}, doubts=DOUBTS, version="tiny@2"))
    journey.answer(refunded(call, "in_doubt", cost_usd_micros=0))
    assert question(journey)["arguments_hash"]
    decide(journey, "never_happened", approver="fay")
    assert question(journey)["rule"] == RULE["name"]
