"""A provider bills above what it was held to: the true cost counts, and it is disabled at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streams.core import disabled, tables
from streams.core.disabled import Place
from streams.core.draft import Draft
from streams.core.prices import MOST_USD_MICROS
from tests.builders import CODEC, NOON_MS, WORKSPACE, delivered, plan, result, workflow
from tests.unit.core.journey import Journey
from tests.unit.core.test_ticks import tick

if TYPE_CHECKING:
    from schemas.records import Call, DisabledEntry

USER = "acme|user|ann|day|2026-01-05"
HELD = 300
"""What one call of `send` costs at the most."""


def called(tool: str, journey: Journey | None = None, number: int = 1) -> tuple[Journey, Call]:
    """A run whose plan is this one tool, and its call of it."""
    journey = journey or Journey()
    journey.start(number=number)
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(tool)))
    return journey, journey.calls.popleft()


def moved(draft: Draft, call: Call) -> list[tuple[str, int]]:
    """What the decision moved for this call."""
    return [
        (movement["entry"], movement["amount_usd_micros"])
        for movement in draft.spend
        if movement["call_id"] == call["call_id"]
    ]


def is_disabled(journey: Journey, workspace: str = WORKSPACE) -> DisabledEntry | None:
    """Why `send` is disabled in a workspace."""
    entry: DisabledEntry | None = journey.fold.tables.get(tables.DISABLED, f"{workspace}|send")
    return entry


def test_a_settlement_above_its_reservation_counts_in_full_and_is_told_apart() -> None:
    journey, call = called("send")
    before = journey.budget()[USER]
    draft = journey.answer(result(call, cost_usd_micros=HELD + 50))
    assert moved(draft, call) == [("settle", HELD), ("violation", 50)]
    after = journey.budget()[USER]
    assert after["spent_usd_micros"] == before["spent_usd_micros"] + HELD + 50
    assert journey.finish()["spent_usd_micros"] == after["spent_usd_micros"] + 10


def test_what_was_overbilled_is_disabled_in_the_same_decision_with_call_and_figures() -> None:
    journey, call = called("send")
    draft = journey.answer(result(call, cost_usd_micros=HELD + 50))
    assert tables.DISABLED in {change["table"] for change in draft.decision["changes"]}
    entry = is_disabled(journey)
    assert entry is not None
    assert (entry["name"], entry["disabled_at_ms"]) == ("send", NOON_MS)
    assert entry["why"].startswith(f"call {call['call_id']} cost 350 micro-USD, 50 above the 300")


def test_a_cost_of_exactly_the_reservation_is_no_violation() -> None:
    journey, call = called("send")
    draft = journey.answer(result(call, cost_usd_micros=HELD))
    assert moved(draft, call) == [("settle", HELD)]
    assert is_disabled(journey) is None


def test_later_calls_of_the_workspace_are_refused_and_told_what_to_do() -> None:
    journey, call = called("send")
    journey.answer(result(call, cost_usd_micros=HELD + 50))
    journey.finish()
    journey.start(number=2)
    journey.answer(result(journey.until_call("tiny-model"), answer=plan("send")))
    (refusal,) = [refusal for draft in journey.drafts for refusal in draft.refusals]
    assert refusal.rule == "disabled"
    assert refusal.reason.startswith("send is disabled in workspace acme: call ")
    assert "let an operator enable it again" in refusal.reason
    assert str(journey.finish()["error"]).startswith("disabled: send is disabled")


def test_another_attempt_is_refused_as_well() -> None:
    journey, call = called("stamp")
    journey.answer(result(call, "failed", cost_usd_micros=call["reserved_usd_micros"] + 1))
    assert not [c for c in journey.calls if c["name"] == "stamp"]
    assert "disabled" in str(journey.finish()["error"])


def test_later_reservations_count_what_was_overbilled() -> None:
    caps = [{"scope": "user", "window": "day", "usd_micros": 100_000}]
    journey, call = called("send", Journey(workflow(caps=caps)))
    journey.answer(result(call, cost_usd_micros=100_000))
    (refusal,) = [refusal for draft in journey.drafts for refusal in draft.refusals]
    assert refusal.rule == "budget"
    assert "and 0 are left of the 100000 for user ann per day" in refusal.reason


def test_a_late_answer_above_what_was_settled_is_a_violation() -> None:
    journey, call = called("send")
    spent = journey.budget()[USER]["spent_usd_micros"]
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)
    late = journey.answer(result(call, cost_usd_micros=HELD + 50))
    assert (late.rule, moved(late, call)) == ("answer.late", [("violation", 50)])
    assert journey.budget()[USER]["spent_usd_micros"] == spent + HELD + 50
    entry = is_disabled(journey)
    assert entry is not None
    assert "50 above the 300" in entry["why"]


def test_an_unknown_outcome_is_settled_at_the_bound_whatever_it_claims_to_have_cost() -> None:
    journey, call = called("send")
    draft = journey.answer(result(call, "in_doubt", cost_usd_micros=HELD + 50))
    assert moved(draft, call) == [("settle", HELD)]
    assert is_disabled(journey) is None


@pytest.mark.parametrize("cost", [-1, MOST_USD_MICROS + 1, 2**63 - 1])
def test_a_cost_that_can_be_no_bill_is_refused_and_the_call_settled_at_its_reservation(
    cost: int,
) -> None:
    journey, call = called("send")
    spent = journey.budget()[USER]["spent_usd_micros"]
    draft = journey.answer(result(call, cost_usd_micros=cost))
    (letter,) = journey.emitted["call.results.dead"]
    assert letter["message"] == f"cost_usd_micros: must be 0 to {MOST_USD_MICROS}; {cost} came"
    assert moved(draft, call) == [("settle", HELD)]
    assert journey.budget()[USER]["spent_usd_micros"] == spent + HELD


def test_a_settlement_for_an_unknown_call_moves_nothing() -> None:
    journey, call = called("send")
    before = journey.budget()
    stranger: Call = {**call, "call_id": "never-asked-for"}
    draft = journey.answer(result(stranger, cost_usd_micros=HELD + 50))
    assert (draft.rule, draft.spend, draft.changes) == ("answer.not_awaited", [], [])
    assert journey.budget() == before


def draft_of(journey: Journey) -> Draft:
    """An empty decision on the journey's tables."""
    return Draft(CODEC, delivered("control", 0, b""), journey.fold.tables)


def test_an_operator_enables_again_and_calls_pass() -> None:
    journey, call = called("send")
    journey.answer(result(call, cost_usd_micros=HELD + 50))
    journey.finish()
    draft = draft_of(journey)
    assert disabled.enable(draft, Place(WORKSPACE), "send")
    journey.fold.note(draft)
    assert called("send", journey, 2)[1]["name"] == "send"


def test_enabling_and_disabling_say_whether_anything_changed_and_keep_the_first_reason() -> None:
    draft = draft_of(Journey())
    assert not disabled.enable(draft, Place(WORKSPACE), "send")
    assert disabled.disable(draft, Place(WORKSPACE), "send", "first", 1)
    assert not disabled.disable(draft, Place(WORKSPACE), "send", "second", 2)
    entry = disabled.read(draft, Place(WORKSPACE), "send")
    assert entry == {"name": "send", "why": "first", "disabled_at_ms": 1}
    assert disabled.enable(draft, Place(WORKSPACE), "send")
    assert disabled.read(draft, Place(WORKSPACE), "send") is None


def test_disabling_holds_in_its_workspace_only_and_outlives_a_snapshot() -> None:
    draft = draft_of(Journey())
    disabled.disable(draft, Place(WORKSPACE), "send", "why", 1)
    assert disabled.read(draft, Place("other"), "send") is None
    value = draft.seal().decision["changes"][0]["value"]
    assert value is not None
    assert tables.decode(CODEC, tables.DISABLED, value)["why"] == "why"
