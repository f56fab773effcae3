"""Time passes for a run: its call is given up, or tried again, and never before its time."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from streams.core.calls import GRACE_MS
from streams.core.draft import Draft
from streams.core.retry import LONGEST_DELAY_MS, delay_ms
from streams.core.ticks import TICKS
from tests.builders import CODEC, NOON_MS, event, plan, result, states, workflow
from tests.unit.core.journey import Journey

USER = "acme|user|ann|day|2026-01-05"
TIMEOUT_MS, ACT_MS, DELAY_MS = 60_000, 30_000, 1_000
DEADLINE_MS = TIMEOUT_MS + ACT_MS + GRACE_MS


def waiting_for(tool: str) -> Journey:
    """A run that has called its only tool, under a contract with a deadline and a delay."""
    execute = {"act_limit_ms": ACT_MS, "retry_delay_ms": DELAY_MS}
    journey = Journey(workflow(states=states(execute=execute)))
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(tool)))
    return journey


def tick(journey: Journey, **changes: Any) -> Draft:
    """A tick for the timer that stands, sent after all answers so far."""
    entry = journey.entry()
    record = {
        "workspace": "acme",
        "run_id": journey.drafts[0].run_id,
        "due_at_ms": entry["due_at_ms"],
        "results_through": journey.fold.next_offset("call.results"),
        "decisions_through": journey.fold.next_offset("approvals.decided"),
        "sent_by": "worker",
        "table": "runs",
        "row": "",
        **changes,
    }
    draft = journey.take(TICKS, CODEC.encode("tick", record))
    journey.travel()
    return draft


def test_a_call_that_nothing_is_heard_of_is_settled_at_its_reservation_and_ends_the_step() -> None:
    journey = waiting_for("send")
    call = journey.calls.popleft()
    spent = journey.budget()[USER]["spent_usd_micros"]
    journey.now_ms = call["issued_at_ms"] + DEADLINE_MS
    draft = tick(journey)
    assert draft.rule == "timer.unheard"
    assert [access["status"] for access in draft.accesses[:1]] == ["in_doubt"]
    assert [(s["entry"], s["amount_usd_micros"]) for s in draft.spend[:1]] == [("settle", 300)]
    assert journey.budget()[USER]["spent_usd_micros"] == spent + 300
    assert "nothing was heard of it" in str(journey.finish()["error"])


def test_a_repeatable_call_that_nothing_is_heard_of_is_tried_again_after_a_delay() -> None:
    journey = waiting_for("stamp")
    first = journey.calls.popleft()
    journey.now_ms = first["issued_at_ms"] + DEADLINE_MS
    tick(journey)
    assert journey.entry()["phase"] == "delayed"
    assert not journey.calls
    journey.now_ms = journey.entry()["due_at_ms"]
    assert tick(journey).rule == "timer.retry"
    second = journey.calls.popleft()
    assert (second["attempt"], second["idempotency_key"]) == (2, first["idempotency_key"])


def test_no_timer_fires_before_its_time() -> None:
    journey = waiting_for("send")
    journey.now_ms = journey.entry()["due_at_ms"] - 1
    draft = tick(journey)
    assert (draft.rule, draft.changes, draft.emits) == ("timer.early", [], [])


def test_a_tick_counts_only_once_all_answers_before_it_were_decided() -> None:
    journey = waiting_for("send")
    call = journey.calls.popleft()
    journey.now_ms = journey.entry()["due_at_ms"]
    through = journey.fold.next_offset("call.results") + 1
    early = tick(journey, results_through=through)
    assert (early.rule, early.changes) == ("timer.early", [])
    journey.answer(result(call))
    assert journey.outcomes or journey.calls


@pytest.mark.parametrize("due_at_ms", [0, -1, NOON_MS, 2**62])
def test_a_tick_for_a_timer_that_does_not_stand_changes_nothing(due_at_ms: int) -> None:
    journey = waiting_for("send")
    journey.now_ms = 2**61
    draft = tick(journey, due_at_ms=due_at_ms)
    assert (draft.rule, draft.changes) == ("timer.over", [])
    assert tick(journey, run_id="another").rule == "timer.over"


def test_a_run_that_waits_for_nothing_has_no_timer() -> None:
    journey = Journey()
    journey.take("state.intake", CODEC.encode("intake_event", event()))
    assert journey.entry()["due_at_ms"] == 0
    draft = tick(journey)
    assert (draft.rule, draft.changes) == ("timer.over", [])


def test_a_tick_that_comes_twice_counts_once() -> None:
    journey = waiting_for("send")
    journey.now_ms = due_at_ms = journey.entry()["due_at_ms"]
    tick(journey)
    assert tick(journey, due_at_ms=due_at_ms).rule == "timer.over"


def test_a_late_answer_corrects_the_money_once_and_changes_no_run() -> None:
    journey = waiting_for("send")
    call = journey.calls.popleft()
    spent = journey.budget()[USER]["spent_usd_micros"]
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)
    before = journey.entry()
    late = journey.answer(result(call, cost_usd_micros=40))
    assert late.rule == "answer.late"
    assert journey.budget()[USER]["spent_usd_micros"] == spent + 40
    assert [(s["entry"], s["amount_usd_micros"]) for s in late.spend] == [("correct", 40 - 300)]
    assert journey.entry() == before
    assert journey.answer(result(call, cost_usd_micros=40)).rule == "answer.not_awaited"
    assert journey.budget()[USER]["spent_usd_micros"] == spent + 40


def test_a_late_answer_after_the_run_has_ended_leaves_out_the_account_that_went_with_it() -> None:
    journey = waiting_for("send")
    call = journey.calls.popleft()
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)
    journey.finish()
    late = journey.answer(result(call, cost_usd_micros=0))
    assert late.spend[0]["accounts"] == [USER]


def test_a_late_answer_that_is_in_doubt_leaves_the_money_as_it_was_settled() -> None:
    journey = waiting_for("send")
    call = journey.calls.popleft()
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)
    spent = journey.budget()[USER]["spent_usd_micros"]
    late = journey.answer(result(call, "in_doubt", cost_usd_micros=0))
    assert (late.rule, late.spend) == ("answer.late", [])
    assert journey.budget()[USER]["spent_usd_micros"] == spent


def test_a_failed_call_is_tried_again_after_its_delay_and_not_before() -> None:
    journey = waiting_for("look")
    call = journey.calls.popleft()
    journey.answer(result(call, "failed"))
    assert not journey.calls
    wait_ms = journey.entry()["due_at_ms"] - journey.now_ms
    assert DELAY_MS / 2 <= wait_ms <= DELAY_MS
    journey.now_ms += wait_ms - 1
    assert tick(journey).rule == "timer.early"
    journey.now_ms += 1
    assert tick(journey).rule == "timer.retry"
    assert journey.calls[0]["attempt"] == 2


def test_delays_double_up_to_a_limit_and_differ_from_call_to_call() -> None:
    waits = [delay_ms("call", attempt, 1_000) for attempt in range(1, 6)]
    assert [round(b / a, 2) for a, b in itertools.pairwise(waits)] == [2.0] * 4
    assert len({delay_ms(f"call-{n}", 1, 1_000_000) for n in range(50)}) > 40
    assert LONGEST_DELAY_MS / 2 <= delay_ms("call", 60, 1_000) <= LONGEST_DELAY_MS
    assert delay_ms("call", 1, 0) == 0


def finished() -> Journey:
    """A run that has ended."""
    journey = waiting_for("look")
    journey.finish()
    return journey


def test_an_ended_run_is_remembered_as_long_as_its_contract_says_and_then_forgotten() -> None:
    journey = finished()
    hours = journey.flow.contract.remember_hours
    assert journey.entry()["due_at_ms"] == journey.now_ms + hours * 3_600_000
    assert tick(journey).rule == "timer.early"
    journey.now_ms = journey.entry()["due_at_ms"]
    assert tick(journey).rule == "timer.forgotten"
    assert journey.fold.tables.items("runs") == []


def test_a_repeated_event_is_recognised_until_its_run_is_forgotten() -> None:
    journey = finished()
    assert journey.start().rule == "intake.duplicate"
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)
    assert journey.start().rule == "intake.accepted"
