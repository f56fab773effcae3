"""A decision that must not count is refused by the name of its rule, recorded, and of no effect."""

from __future__ import annotations

from typing import Any

import pytest

from agents.state_table import state_table
from streams.core.engine import Engine
from tests.builders import CODEC, NOON_MS
from tests.unit.approvals.desk import (
    ESCALATES_S,
    EXPIRES_MS,
    RULE,
    before_and_after,
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

DAY_MS = 86_400_000
OPEN: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"approval_id": "f" * 32}, "has asked no question"),
    "unknown run": ({"run_id": "f" * 32}, "has asked no question"),
    "unfit": ({"verdict": "happened"}, "happened is no answer to it; it takes approve or deny"),
    "late": ({"received_at_ms": NOON_MS + EXPIRES_MS}, "came 0 ms after the question had expired"),
    "arguments_changed": ({"arguments_hash": "0" * 32}, "was made for other arguments: 000"),
    "contract_changed": ({"contract": "tiny@0"}, "under another contract: tiny@0, and asked is"),
    "requester": ({"approver": "ann"}, "ann is the requester"),
    "requester through another": ({"approver": "eve"}, "ann is the requester"),
    "role": ({"approver": "fay"}, "fay is not support_lead"),
    "role of a stranger": ({"approver": "mallory"}, "mallory is not support_lead"),
    "role that is asserted": (
        {"approver": "leo", "roles": ["finance"]},
        "leo is not support_lead, nor in the place of one who is",
    ),
    "role of another day": (
        {"approver": "dan", "received_at_ms": NOON_MS + DAY_MS},
        "dan is not support_lead",
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_a_decision_that_breaks_a_rule_is_refused_recorded_and_changes_nothing(name: str) -> None:
    long = {**RULE, "expires_s": 2 * 86_400} if name == "role of another day" else RULE
    journey = refunding(4_500, flow=refunds(long))
    changes, reason = OPEN[name]
    before = before_and_after(journey)
    draft = decide(journey, **changes)
    assert draft.rule == f"approval.{name.split(maxsplit=1)[0]}"
    assert reason in draft.reason
    assert before_and_after(journey) == before
    assert (draft.changes, draft.spend) == ([], [])
    refused = news(journey)[-1]
    assert (refused["status"], refused["rule"]) == ("refused", draft.rule)
    assert refused["approver"] == changes.get("approver", "lea")
    assert draft.accesses[-1]["status"] == "refused"


@pytest.mark.parametrize("verdict", ["approve", "deny"])
@pytest.mark.parametrize("first", ["approve", "deny"])
def test_a_decision_that_comes_twice_counts_once(first: str, verdict: str) -> None:
    journey = refunding(4_500)
    given = decision(journey, first)
    give(journey, given)
    before = before_and_after(journey)
    draft = give(journey, {**given, "verdict": verdict})  # type: ignore[typeddict-item]
    assert (draft.rule, draft.changes) == ("approval.twice", [])
    assert before_and_after(journey) == before
    assert len(calls_of(journey)) == (1 if first == "approve" else 0)


def test_a_decision_after_the_run_has_ended_is_refused_as_long_as_the_run_is_remembered() -> None:
    journey = refunding(4_500)
    given = decision(journey)
    give(journey, given)
    journey.finish(refunded)
    assert give(journey, given).rule == "approval.twice"
    pass_time(journey)
    assert give(journey, given).rule == "approval.unknown"


def test_a_decision_after_the_question_has_expired_is_late() -> None:
    journey = refunding(4_500)
    given = decision(journey)
    pass_time(journey)
    draft = give(journey, given)
    assert draft.rule == "approval.late"
    assert "not answered by support_lead" in draft.reason
    assert calls_of(journey) == []


def test_what_came_in_time_counts_even_when_it_is_decided_on_later() -> None:
    journey = refunding(4_500)
    given = decision(journey, received_at_ms=NOON_MS + EXPIRES_MS - 1)
    journey.now_ms += 2 * EXPIRES_MS
    assert give(journey, given).rule == "approval.granted"
    assert len(calls_of(journey)) == 1


def test_a_tick_waits_for_the_decisions_that_came_before_it() -> None:
    journey = refunding(4_500)
    given = decision(journey)
    through = journey.fold.next_offset("approvals.decided") + 1
    assert pass_time(journey, decisions_through=through).rule == "timer.early"
    assert give(journey, given).rule == "approval.granted"


def test_the_decision_carries_who_decided_and_why() -> None:
    journey = refunding(4_500)
    draft = decide(journey, approver="dan", reason="seen the photo", decision_id="d-1")
    granted = news(journey)[-1]
    assert (granted["status"], granted["approver"]) == ("granted", "dan")
    assert (granted["on_behalf_of"], granted["decision_id"]) == ("leo", "d-1")
    assert draft.reason.endswith("granted by dan for leo: seen the photo")
    said = draft.accesses[0]
    assert (said["provider"], said["status"]) == ("dan", "granted")
    assert said["why"] == "granted by dan for leo: seen the photo"


TWO = refunds({**RULE, "people": 2})


def test_two_people_must_agree_and_one_is_not_enough() -> None:
    journey = refunding(4_500, flow=TWO)
    assert decide(journey).rule == "approval.agreed"
    assert calls_of(journey) == []
    assert [one["approver"] for one in question(journey)["agreed"]] == ["lea"]
    assert decide(journey, approver="leo").rule == "approval.granted"
    assert len(calls_of(journey)) == 1
    statuses = [record["status"] for record in news(journey)]
    assert statuses == ["asked", "agreed", "granted"]


@pytest.mark.parametrize(("first", "second"), [("lea", "lea"), ("leo", "dan"), ("dan", "leo")])
def test_two_people_are_two_people_with_two_authorities(first: str, second: str) -> None:
    journey = refunding(4_500, flow=TWO)
    decide(journey, approver=first)
    before = before_and_after(journey)
    assert decide(journey, approver=second).rule == "approval.twice"
    assert before_and_after(journey) == before


def test_one_no_is_enough_whoever_has_agreed() -> None:
    journey = refunding(4_500, flow=TWO)
    decide(journey)
    assert decide(journey, "deny", approver="leo").rule == "approval.denied"
    journey.finish(refunded)
    assert calls_of(journey) == []


def test_who_has_agreed_may_still_say_no() -> None:
    journey = refunding(4_500, flow=TWO)
    decide(journey)
    assert decide(journey, "deny").rule == "approval.denied"
    journey.finish(refunded)
    assert calls_of(journey) == []


def test_an_agreement_does_not_put_off_the_deadline() -> None:
    journey = refunding(4_500, flow=TWO)
    due_at_ms = journey.entry()["due_at_ms"]
    journey.now_ms += 1_000
    decide(journey)
    assert journey.entry()["due_at_ms"] == due_at_ms
    assert pass_time(journey).rule == "timer.expired"


ESCALATING = refunds({**RULE, "escalate_to": "finance", "escalate_after_s": ESCALATES_S})


def test_a_question_that_nobody_answers_goes_to_others_as_well_and_then_expires() -> None:
    journey = refunding(4_500, flow=ESCALATING)
    assert decide(journey, approver="fay").rule == "approval.role"
    assert pass_time(journey).rule == "timer.escalated"
    assert question(journey)["roles"] == ["support_lead", "finance"]
    assert news(journey)[-1]["status"] == "escalated"
    assert pass_time(journey).rule == "timer.expired"
    assert journey.now_ms == NOON_MS + EXPIRES_MS


@pytest.mark.parametrize("approver", ["fay", "lea"])
def test_an_escalated_question_can_be_answered_by_both(approver: str) -> None:
    journey = refunding(4_500, flow=ESCALATING)
    pass_time(journey)
    assert decide(journey, approver=approver).rule == "approval.granted"


def test_a_worker_that_was_away_for_all_of_it_does_not_escalate_what_has_expired() -> None:
    journey = refunding(4_500, flow=ESCALATING)
    assert pass_time(journey, NOON_MS + EXPIRES_MS).rule == "timer.expired"


def test_no_timer_of_a_question_fires_early_or_twice() -> None:
    journey = refunding(4_500)
    due_at_ms = journey.entry()["due_at_ms"]
    assert pass_time(journey, due_at_ms - 1).rule == "timer.early"
    assert pass_time(journey, due_at_ms).rule == "timer.expired"
    assert pass_time(journey, due_at_ms, due_at_ms=due_at_ms).rule == "timer.over"


def test_a_contract_deployed_anew_makes_the_yes_worth_nothing_and_asks_again() -> None:
    journey = refunding(4_500)
    given = decision(journey)
    deploy(journey, refunds(version="tiny@2"))
    draft = give(journey, given)
    assert draft.rule == "approval.withdrawn"
    assert "tiny@2 is deployed since it was asked" in draft.reason
    assert (question(journey)["contract"], calls_of(journey)) == ("tiny@2", [])
    statuses = [record["status"] for record in news(journey)]
    assert statuses == ["asked", "withdrawn", "asked"]
    assert give(journey, given).rule == "approval.withdrawn"
    decide(journey)
    assert len(calls_of(journey)) == 1


def test_a_contract_that_asks_no_more_lets_the_call_go_once_somebody_answers() -> None:
    journey = refunding(4_500)
    deploy(journey, refunds({**RULE, "tools": ["look"]}, version="tiny@2"))
    decide(journey)
    assert len(calls_of(journey)) == 1


def test_a_run_that_breaks_while_it_asks_takes_its_question_back() -> None:
    journey = refunding(4_500)
    given = decision(journey)
    journey.engine = Engine(CODEC, {}, state_table(), "worker", 0)
    give(journey, given)
    assert journey.outcomes[-1]["outcome"] == "failed"
    assert news(journey)[-1]["status"] == "withdrawn"
    assert give(journey, given).rule == "approval.withdrawn"
