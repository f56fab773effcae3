"""A bill corrects what a call in doubt was settled at: once, on what stands, and changes no run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streams.core import overdue, tables
from streams.core.draft import Draft
from streams.core.inputs import local
from tests.builders import CODEC, result
from tests.unit.budget.told import give_up, waiting_for

if TYPE_CHECKING:
    from schemas.records import Call
    from tests.unit.core.journey import Journey

USER = "acme|user|ann|day|2026-01-05"


def billed(journey: Journey, call: Call, usd_micros: int) -> Draft | None:
    """What a bill makes of the call; None when it makes nothing."""
    draft = Draft(CODEC, local(None), journey.fold.tables)
    draft.workspace = "acme"
    done = overdue.correct_by_bill(draft, "acme", call["call_id"], usd_micros, journey.now_ms)
    if not done:
        assert (draft.changes, draft.spend) == ([], [])
        return None
    for change in draft.changes:
        journey.fold.tables.put(*change)
    return draft


def doubtful(how: str) -> tuple[Journey, Call]:
    """A run whose call of a tool ended in doubt, at its reservation of 300."""
    journey, call = waiting_for("send")
    if how == "unheard of":
        give_up(journey)
    else:
        journey.answer(result(call, "in_doubt", cost_usd_micros=0))
    return journey, call


@pytest.mark.parametrize("how", ["unheard of", "in doubt"])
def test_a_bill_puts_the_true_cost_in_the_place_of_the_reservation_once(how: str) -> None:
    journey, call = doubtful(how)
    spent = journey.budget()[USER]["spent_usd_micros"]
    before = journey.entry()
    draft = billed(journey, call, 40)

    assert draft is not None
    assert [(s["entry"], s["amount_usd_micros"]) for s in draft.spend] == [("correct", 40 - 300)]
    assert journey.budget()[USER]["spent_usd_micros"] == spent - 260
    assert journey.entry() == before
    assert billed(journey, call, 40) is None
    assert billed(journey, call, 10) is None


def test_after_a_bill_a_late_answer_corrects_nothing_more() -> None:
    journey, call = doubtful("unheard of")
    billed(journey, call, 40)
    spent = journey.budget()[USER]
    assert journey.answer(result(call, cost_usd_micros=90)).rule == "answer.not_awaited"
    assert journey.budget()[USER] == spent


def test_after_a_late_answer_a_bill_corrects_nothing_more() -> None:
    journey, call = doubtful("unheard of")
    journey.answer(result(call, cost_usd_micros=90))
    assert billed(journey, call, 40) is None


def test_a_late_answer_that_is_in_doubt_leaves_it_to_the_bill() -> None:
    journey, call = doubtful("unheard of")
    journey.answer(result(call, "in_doubt", cost_usd_micros=0))
    assert billed(journey, call, 40) is not None


def test_after_the_end_of_its_run_only_the_accounts_of_windows_are_corrected() -> None:
    journey, call = doubtful("in doubt")
    journey.finish()
    draft = billed(journey, call, 0)
    assert draft is not None
    assert draft.spend[0]["accounts"] == [USER]


def test_a_bill_above_the_reservation_is_a_violation_and_disables_what_billed_it() -> None:
    journey, call = doubtful("in doubt")
    draft = billed(journey, call, 350)
    assert draft is not None
    assert [(s["entry"], s["amount_usd_micros"]) for s in draft.spend] == [("violation", 50)]
    assert journey.fold.tables.get(tables.DISABLED, "acme|send") is not None


def test_a_call_whose_cost_was_answered_is_not_corrected() -> None:
    journey, call = waiting_for("send")
    journey.answer(result(call, cost_usd_micros=300))
    assert billed(journey, call, 40) is None


def test_a_call_is_forgotten_when_its_contract_says() -> None:
    journey, call = doubtful("in doubt")
    entry = journey.fold.tables.get(tables.OVERDUE, f"acme|{call['call_id']}")
    assert entry["forget_at_ms"] == journey.now_ms + 168 * 3_600_000
