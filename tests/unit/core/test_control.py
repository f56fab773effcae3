"""Operators' commands, and retry budgets."""

from __future__ import annotations

from streams.core import tables
from streams.core.control.commands import COMMANDS
from tests.builders import NOON_MS, result, workflow
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import cap_command, command, journey


def test_an_operators_command_counts_once_and_never_after_a_later_one() -> None:
    held = journey()
    later = cap_command(7, command_id="c-2", issued_at_ms=NOON_MS + 1)
    rules = [held.take(COMMANDS, value).rule for value in (later, later, cap_command(9))]
    assert rules == ["control.cap_set", "control.repeated", "control.stale"]
    entry = held.fold.tables.get(tables.CAPS, "acme|user|*|day")
    assert (entry["usd_micros"], entry["who"], entry["why"]) == (7, "fay", "launch")


def test_a_cap_goes_back_to_the_contracts() -> None:
    held = journey()
    held.take(COMMANDS, cap_command(0))
    held.start()
    assert held.outcomes[-1]["outcome"] == "escalated"
    held.take(COMMANDS, cap_command(None, command_id="c-2", issued_at_ms=NOON_MS + 1))
    held.start(number=2)
    assert held.calls


def test_a_switch_turns_a_call_off_and_on_again() -> None:
    held = journey()
    held.take(COMMANDS, command(switch={"name": "shelf", "enabled": False}))
    held.start()
    assert "shelf" in str(held.finish()["error"])
    held.take(COMMANDS, command(switch={"name": "shelf", "enabled": True}))
    held.start(number=2)
    assert [call["name"] for call in held.calls] == ["shelf"]


def test_a_bill_corrects_what_a_call_in_doubt_was_settled_at_once_and_no_other() -> None:
    held = journey()
    held.start()
    call = held.calls.popleft()
    held.answer(result(call, "in_doubt"))
    account = "acme|user|ann|day|2026-01-05"
    before = held.budget()[account]["spent_usd_micros"]
    said = {"call_id": call["call_id"], "actual_usd_micros": 7, "bill": "2026-01"}
    rules = [held.take(COMMANDS, command(correction=said)).rule for _ in range(2)]
    assert rules == ["control.corrected", "control.not_correctable"]
    assert held.budget()[account]["spent_usd_micros"] == before - call["reserved_usd_micros"] + 7


def test_a_run_tries_no_more_often_than_its_contract_allows() -> None:
    held = Journey(workflow(max_retries_per_run=1))
    held.start()
    held.answer(result(held.calls.popleft(), "failed"))
    held.answer(result(held.calls.popleft(), "failed"))
    assert "not tried again: the run has made 1 further" in str(held.finish()["error"])


def test_an_outage_is_not_multiplied_by_all_runs_together() -> None:
    held = Journey(workflow(retry_burst=3, retry_percent=50))
    calls = 0
    for number in range(20):
        held.start(number=number)
        while held.calls:
            call = held.calls.popleft()
            calls += call["name"] == "shelf"
            held.answer(result(call, "failed" if call["name"] == "shelf" else "done"))
    assert calls <= 20 + 3 + 20 * 50 // 100
    assert calls > 20 + 3
