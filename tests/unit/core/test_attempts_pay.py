"""Every attempt pays: whatever a call comes again for, it is reserved anew, and settled once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from streams.core.answers import RESULTS
from streams.core.claims import Claims, Finished
from streams.core.fold import Fold
from streams.core.inputs import PlaceOf, local
from tests.builders import CODEC, NOON_MS, delivered, plan, result
from tests.unit.core.journey import Journey
from tests.unit.core.test_ticks import tick

if TYPE_CHECKING:
    from schemas.records import Call

USER = "acme|user|ann|day|2026-01-05"
CALL_TOPICS = ("calls.model", "calls.retrieval", "calls.tool")


def called(*tools: str) -> tuple[Journey, Call]:
    """A run that has called the first tool of its plan."""
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(*tools)))
    return journey, journey.calls.popleft()


def entries(journey: Journey, kind: str) -> Counter[str]:
    """How often each call has such an entry."""
    moved = (spend for draft in journey.drafts for spend in draft.spend)
    return Counter(spend["call_id"] for spend in moved if spend["entry"] == kind)


def made(journey: Journey) -> list[Call]:
    return [call for topic in CALL_TOPICS for call in journey.emitted[topic]]


def every_call_was_paid_for_once(journey: Journey) -> None:
    """Each call that left has one reservation of its own and one settlement."""
    once = Counter(call["call_id"] for call in made(journey))
    assert set(once.values()) == {1}
    assert entries(journey, "reserve") == entries(journey, "settle") == once
    assert journey.budget()[USER]["reserved_usd_micros"] == 0


@pytest.mark.parametrize("status", ["failed", "in_doubt", "expired"])
def test_a_retry_reserves_anew_and_what_may_have_been_billed_stays_spent(status: str) -> None:
    journey, first = called("stamp")
    draft = journey.answer(result(first, status, cost_usd_micros=200))
    moved = [(m["entry"], m["call_id"], m["amount_usd_micros"]) for m in draft.spend]
    second = journey.calls[0]
    assert moved == [("settle", first["call_id"], 200), ("reserve", second["call_id"], 200)]
    journey.finish()
    every_call_was_paid_for_once(journey)


def test_a_pass_that_plans_and_acts_again_pays_again() -> None:
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan("look", complete=False)))
    journey.finish()
    assert [call["state"] for call in made(journey)].count("plan") == 2
    every_call_was_paid_for_once(journey)


def test_a_result_that_is_delivered_again_settles_once() -> None:
    journey, call = called("send")
    journey.answer(result(call))
    spent = journey.budget()[USER]
    again = journey.answer(result(call))
    assert (again.rule, again.spend) == ("answer.not_awaited", [])
    assert journey.budget()[USER]["spent_usd_micros"] == spent["spent_usd_micros"]


def test_a_late_result_settles_once_and_the_attempt_after_it_stands() -> None:
    journey, first = called("stamp")
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)
    second = journey.calls.popleft()
    assert second["attempt"] == 2
    for _ in range(2):
        journey.answer(result(first, cost_usd_micros=40))
    assert entries(journey, "correct") == {first["call_id"]: 1}
    journey.answer(result(second, cost_usd_micros=200))
    journey.finish()
    every_call_was_paid_for_once(journey)


def test_a_call_that_is_delivered_again_is_acted_on_once_and_answered_once() -> None:
    _, call = called("send")
    claims, fold = Claims(CODEC, "tool", "pool", 0), Fold(CODEC)
    acts, answers = [], 0
    for offset in range(2):
        place = PlaceOf("ledger", offset, 0)
        record = delivered("calls.tool", offset, CODEC.encode("call", call), place.header())
        draft = claims.decide(fold, record, NOON_MS)
        fold.note(draft)
        acts += draft.acts
    for _ in range(2):
        draft = claims.decide(fold, local(Finished(call, result(call))), NOON_MS)
        fold.note(draft)
        answers += sum(emit["topic"] == RESULTS for emit in draft.emits)
    assert (len(acts), answers) == (1, 1)
