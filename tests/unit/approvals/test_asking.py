"""A call that needs a person waits for one, and nothing is held meanwhile."""

from __future__ import annotations

import orjson
import pytest

from streams.core.hashing import content_hash
from tests.builders import result
from tests.unit.approvals.desk import (
    EXPIRES_MS,
    RULE,
    calls_of,
    decide,
    news,
    pass_time,
    plan_of,
    question,
    refund_of,
    refunded,
    refunding,
    refunds,
)
from tests.unit.core.journey import Journey


def asks(journey: Journey) -> bool:
    return journey.entry()["phase"] == "asking"


@pytest.mark.parametrize(("cents", "asked"), [(4_499, False), (4_500, True), (4_501, True)])
def test_a_refund_below_the_threshold_goes_by_itself_and_from_exactly_it_on_waits(
    cents: int, *, asked: bool
) -> None:
    journey = refunding(cents)
    assert asks(journey) is asked
    assert bool(calls_of(journey)) is not asked


def test_a_question_shows_exactly_what_would_happen_why_at_what_cost_and_on_what_evidence() -> None:
    journey = refunding(4_500)
    asked = question(journey)
    assert orjson.loads(asked["arguments_json"]) == {"order_id": "#W1", "amount_usd_cents": 4500}
    assert (asked["call_kind"], asked["name"], asked["kind"]) == ("tool", "refund", "call")
    assert asked["because"] == "amount_usd_cents is 4500: at_least 4500.0"
    assert (asked["why"], asked["request"]) == ("step 1 of the plan", "please do 1")
    assert (asked["cost_usd_micros"], asked["spent_usd_micros"]) == (500, 20)
    assert list(asked["evidence"]) == ["policy:1"]
    assert (asked["rule"], asked["about"]) == (RULE["name"], "money_movement")
    assert (asked["roles"], asked["people"]) == (["support_lead"], 1)
    assert asked["expires_at_ms"] - asked["asked_at_ms"] == EXPIRES_MS


def test_a_question_names_the_call_and_the_hash_of_the_bytes_that_the_pool_will_get() -> None:
    journey = refunding(4_500)
    asked = question(journey)
    decide(journey)
    (call,) = calls_of(journey)
    assert asked["call_id"] == call["call_id"]
    assert asked["arguments_hash"] == content_hash(call["arguments"])


def test_nothing_is_held_while_a_person_thinks_and_all_of_it_before_the_call() -> None:
    journey = refunding(4_500)
    assert all(entry["reserved_usd_micros"] == 0 for entry in journey.budget().values())
    decide(journey)
    assert all(entry["reserved_usd_micros"] == 500 for entry in journey.budget().values())


def test_whoever_reads_the_topic_alone_knows_what_is_asked() -> None:
    journey = refunding(4_500)
    (asked,) = news(journey)
    assert (asked["status"], asked["question"]) == ("asked", question(journey))


def test_the_audit_record_says_what_was_asked_and_why() -> None:
    draft = refunding(4_500).drafts[-1]
    assert (draft.rule, draft.reason.split(":")[0]) == ("execute.asked", RULE["name"])
    (access,) = draft.accesses
    assert (access["what"], access["status"]) == ("approval refund_from_45_usd", "asked")
    assert access["why"] == "amount_usd_cents is 4500: at_least 4500.0"


def test_a_granted_call_is_made_once_with_what_was_shown_and_the_run_goes_on() -> None:
    journey = refunding(4_500, 100)
    assert decide(journey).rule == "approval.granted"
    first = journey.calls.popleft()
    assert refund_of(first).amount_usd_cents == 4_500
    journey.answer(refunded(first))
    assert journey.finish(refunded)["outcome"] == "resolved"
    assert [refund_of(call).amount_usd_cents for call in calls_of(journey)] == [4_500, 100]


def test_nothing_that_was_done_is_done_again_after_a_grant() -> None:
    journey = refunding(100, 4_500)
    journey.answer(refunded(journey.calls.popleft()))
    before = [call["call_id"] for call in calls_of(journey)]
    decide(journey)
    journey.finish(refunded)
    ids = [call["call_id"] for call in calls_of(journey)]
    assert ids[:1] == before
    assert len(ids) == len(set(ids)) == 2
    assert len(journey.emitted["calls.model"]) == 2


def test_a_grant_is_used_up_by_its_call_and_the_same_refund_asks_again() -> None:
    journey = refunding(4_500, 4_500)
    decide(journey)
    first = question_after(journey)
    assert asks(journey)
    assert question(journey)["approval_id"] != first
    assert len(calls_of(journey)) == 1


def question_after(journey: Journey) -> str:
    """The id of the last question, whose call is answered now."""
    approval_id = journey.entry()["answered"][-1]["approval_id"]
    journey.answer(refunded(journey.calls.popleft()))
    return approval_id


def test_a_further_attempt_of_a_granted_call_needs_no_other_grant() -> None:
    journey = refunding(4_500)
    decide(journey)
    journey.answer(refunded(journey.calls.popleft(), "expired"))
    assert not asks(journey)
    assert [call["attempt"] for call in calls_of(journey)] == [1, 2]


def test_a_grant_that_has_expired_is_worth_nothing_to_a_further_attempt() -> None:
    journey = refunding(4_500)
    decide(journey)
    journey.now_ms += EXPIRES_MS
    journey.answer(refunded(journey.calls.popleft(), "expired"))
    assert asks(journey)
    assert question(journey)["approval_id"].endswith(".2")
    decide(journey)
    assert [call["attempt"] for call in calls_of(journey)] == [1, 2]


def test_a_denied_call_is_refused_to_the_state_with_the_rule_and_who_denied() -> None:
    journey = refunding(4_500, 100)
    assert decide(journey, "deny", reason="no photo").rule == "approval.denied"
    outcome = journey.finish(refunded)
    assert outcome["outcome"] == "escalated"
    assert outcome["error"] == "approval refund_from_45_usd: denied by lea: no photo"
    assert [refund_of(call).amount_usd_cents for call in calls_of(journey)] == [100]


def test_what_was_denied_is_not_asked_again_by_the_same_run() -> None:
    journey = refunding(4_500, 4_500)
    decide(journey, "deny")
    journey.finish(refunded)
    assert [record["status"] for record in news(journey)] == ["asked", "denied"]
    assert calls_of(journey) == []


def test_what_is_refused_for_another_reason_asks_nobody() -> None:
    for changes in ({"forbidden": ["refund"]}, {"prices_usd_micros": {"shelf": 50}}):
        journey = refunding(4_500, flow=refunds(**changes))
        journey.finish(refunded)
        assert news(journey) == []


def test_a_grant_does_not_make_money() -> None:
    journey = refunding(4_500, flow=refunds(max_run_usd_micros=25_000))
    entries = {key: value for key, value in journey.budget().items() if "|run|" in key}
    (key,) = entries
    full = {"spent_usd_micros": 24_900, "reserved_usd_micros": 0}
    journey.fold.tables.put("budget", key, full)
    decide(journey)
    assert calls_of(journey) == []
    assert "are left of the 25000" in str(journey.finish(refunded)["error"])


def test_a_person_is_asked_before_it_is_looked_whether_there_is_money() -> None:
    journey = Journey(refunds())
    journey.start()
    call = journey.until_call("tiny-model")
    (key,) = (key for key in journey.budget() if "|run|" in key)
    journey.fold.tables.put("budget", key, {"spent_usd_micros": 999_990, "reserved_usd_micros": 9})
    journey.answer(result(call, answer=plan_of(4_500)))
    assert asks(journey)


TWO_RULES = (RULE, {**RULE, "name": "second_look", "role": "finance", "when": None})


def test_every_rule_that_asks_must_be_answered() -> None:
    journey = refunding(4_500, flow=refunds(*TWO_RULES))
    decide(journey)
    assert (question(journey)["rule"], calls_of(journey)) == ("second_look", [])
    decide(journey, approver="fay")
    assert len(calls_of(journey)) == 1


def test_without_a_condition_every_call_of_the_tool_asks_and_no_other() -> None:
    journey = refunding(1, flow=refunds({**RULE, "when": None}))
    assert asks(journey)
    assert question(journey)["because"] == "every such call needs a person"


def test_nobody_answers_and_that_denies() -> None:
    journey = refunding(4_500)
    draft = pass_time(journey)
    assert draft.rule == "timer.expired"
    told = "not answered by support_lead within 3600 s, which denies it"
    assert told in str(journey.finish(refunded)["error"])
    assert news(journey)[-1]["status"] == "expired"
    assert calls_of(journey) == []
