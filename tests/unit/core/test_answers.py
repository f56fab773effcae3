"""A call is answered: its money is settled, then it is tried again or the run goes on."""

from __future__ import annotations

import pytest

from schemas.errors import NonConforming
from tests.builders import NOON_MS, plan, result, typed, workflow
from tests.unit.core.journey import Journey

USER = "acme|user|ann|day|2026-01-05"
DAY_MS = 86_400_000


def waiting_for(tool: str) -> Journey:
    """A run whose plan is this one tool, which it has called."""
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(tool)))
    return journey


def test_the_actual_cost_replaces_what_was_held() -> None:
    journey = waiting_for("send")
    before = journey.budget()[USER]
    journey.answer(result(journey.calls.popleft(), cost_usd_micros=7))
    after = journey.budget()[USER]
    assert after["spent_usd_micros"] == before["spent_usd_micros"] + 7
    spends = [spend["entry"] for draft in journey.drafts for spend in draft.spend]
    assert spends[:5] == ["reserve", "settle", "reserve", "settle", "reserve"]


def test_a_cost_on_the_next_day_counts_on_both() -> None:
    journey = waiting_for("send")
    spent = journey.budget()[USER]["spent_usd_micros"]
    journey.now_ms += DAY_MS
    draft = journey.answer(result(journey.calls.popleft(), cost_usd_micros=7))
    tomorrow = "acme|user|ann|day|2026-01-06"
    assert journey.budget()[USER] == {"spent_usd_micros": spent + 7, "reserved_usd_micros": 0}
    assert journey.budget()[tomorrow]["spent_usd_micros"] == 7
    assert tomorrow in draft.spend[0]["accounts"]


def test_a_cost_brings_back_no_account_of_a_window_that_counts_no_more() -> None:
    journey = waiting_for("send")
    journey.now_ms += 4 * DAY_MS
    draft = journey.answer(result(journey.calls.popleft(), cost_usd_micros=7))
    assert "acme|user|ann|day|2026-01-06" not in journey.budget()
    assert USER in draft.spend[0]["accounts"]


def test_a_result_that_nobody_waits_for_is_noted_and_changes_nothing() -> None:
    journey = waiting_for("look")
    call = journey.calls.popleft()
    journey.answer(result(call))
    late = journey.answer(result(call, "failed"))
    assert (late.rule, late.changes, late.emits) == ("answer.not_awaited", [], [])
    assert call["call_id"] in late.reason


def test_a_result_for_a_run_that_never_was_is_noted() -> None:
    journey = Journey()
    stranger = waiting_for("look").calls.popleft()
    assert journey.answer(result(stranger)).rule == "answer.not_awaited"


@pytest.mark.parametrize("status", ["failed", "in_doubt", "expired"])
@pytest.mark.parametrize("tool", ["look", "stamp"])
def test_what_may_be_repeated_is_tried_again_with_the_same_key(tool: str, status: str) -> None:
    journey = waiting_for(tool)
    first = journey.calls.popleft()
    draft = journey.answer(result(first, status))
    second = journey.calls.popleft()
    assert (second["attempt"], second["idempotency_key"]) == (2, first["idempotency_key"])
    assert second["call_id"] != first["call_id"]
    assert [spend["entry"] for spend in draft.spend] == ["settle", "reserve"]
    assert draft.spend[1]["amount_usd_micros"] == second["reserved_usd_micros"]
    assert second["arguments"] == first["arguments"]


@pytest.mark.parametrize("status", ["failed", "in_doubt"])
def test_what_may_not_be_repeated_is_not_tried_again(status: str) -> None:
    journey = waiting_for("send")
    journey.answer(result(journey.calls.popleft(), status))
    assert journey.finish()["error"] == f"it was {status}"
    assert len(journey.emitted["calls.tool"]) == 1


def test_what_never_started_is_tried_again_even_if_it_may_not_be_repeated() -> None:
    journey = waiting_for("send")
    journey.answer(result(journey.calls.popleft(), "expired"))
    assert journey.calls[0]["attempt"] == 2


@pytest.mark.parametrize("status", ["refused", "rejected"])
def test_a_refusal_is_an_answer(status: str) -> None:
    journey = waiting_for("look")
    journey.answer(result(journey.calls.popleft(), status, error="no such thing"))
    assert journey.finish()["error"] == "no such thing"
    assert len(journey.emitted["calls.tool"]) == 1


def test_attempts_end_where_the_contract_says() -> None:
    journey = waiting_for("look")
    for _ in range(2):
        journey.answer(result(journey.calls.popleft(), "failed"))
    assert [call["attempt"] for call in journey.emitted["calls.tool"]] == [1, 2]
    assert journey.finish()["error"] == "it was failed"


def test_a_call_in_doubt_is_settled_at_what_was_held() -> None:
    journey = waiting_for("send")
    before = journey.budget()[USER]["spent_usd_micros"]
    journey.answer(result(journey.calls.popleft(), "in_doubt", cost_usd_micros=0))
    assert journey.budget()[USER]["spent_usd_micros"] == before + 300


def test_an_attempt_that_the_budget_does_not_allow_is_not_made() -> None:
    journey = Journey(workflow(max_run_usd_micros=50 + 60))
    journey.start()
    journey.answer(result(journey.calls.popleft(), "failed", cost_usd_micros=50))
    second = journey.calls.popleft()
    assert second["attempt"] == 2
    journey.answer(result(second, "failed", cost_usd_micros=50))
    outcome = journey.finish()
    assert str(outcome["error"]).startswith("budget: shelf may cost 50 micro-USD and 10 are left")
    assert outcome["spent_usd_micros"] == 100


def test_a_result_that_does_not_conform_is_a_rejected_call() -> None:
    journey = waiting_for("look")
    call = journey.calls.popleft()
    journey.answer(result(call, result=b"\xff"))
    assert "result does not conform" in str(journey.finish()["error"])


def test_a_result_of_another_version_is_a_rejected_call() -> None:
    journey = waiting_for("look")
    call = journey.calls.popleft()
    _, content = typed(call)
    journey.answer(result(call, result_schema="feedbeef", result=content))
    assert "feedbeef is not the version deployed here" in str(journey.finish()["error"])


def test_a_result_that_gives_money_back_is_refused_whole() -> None:
    journey = waiting_for("send")
    draft = journey.answer(result(journey.calls.popleft(), cost_usd_micros=-5))
    (letter,) = journey.emitted["call.results.dead"]
    assert (letter["field"], letter["reason"]) == ("cost_usd_micros", NonConforming.__name__)
    assert draft.rule == "dead_letter"
    assert journey.finish()["outcome"] == "failed"
    assert journey.budget()[USER]["spent_usd_micros"] == 20 + 300


def test_every_access_is_on_the_audit_record_with_hashes_of_what_went_and_came() -> None:
    journey = waiting_for("look")
    asked = journey.drafts[-1].accesses[-1]
    draft = journey.answer(result(journey.calls.popleft()))
    (answered,) = [access for access in draft.accesses if access["why"] == "answered done"]
    assert asked["parameters_hash"] == answered["parameters_hash"] != ""
    assert (asked["what"], asked["why"]) == ("tool look", "step 1 of the plan")
    assert (answered["provider"], len(answered["response_hash"])) == ("test", 32)


def test_nothing_is_decided_by_the_clock_of_the_pool() -> None:
    one, other = waiting_for("look"), waiting_for("look")
    call = one.calls.popleft()
    left = one.answer(result(call))
    right = other.answer(result(call, started_at_ms=NOON_MS * 2, finished_at_ms=0))
    assert left.decision["emits"] == right.decision["emits"]
