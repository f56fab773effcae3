"""Rule 5: a claim is won before an act starts, and one act answers it, or nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import tables
from streams.core.claims import Claims, Finished
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.inputs import Input, local
from tests.builders import CODEC, NOON_MS, delivered, result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call

POOL = Claims(CODEC, "retrieval", "pool", 0)


def a_call() -> Call:
    journey = Journey()
    journey.start()
    return journey.calls[0]


CALL = a_call()


def decide(fold: Fold, source: Input) -> Draft:
    draft = POOL.decide(fold, source, NOON_MS)
    fold.note(draft)
    return draft


def called(offset: int = 0) -> Input:
    return delivered("calls.retrieval", offset, CODEC.encode("call", CALL))


def ended(status: str = "done") -> Input:
    return local(Finished(CALL, result(CALL, status)))


def claims(fold: Fold) -> list[str]:
    return [key for key, _ in fold.tables.items(tables.CLAIMS)]


def test_a_call_is_claimed_before_it_is_performed() -> None:
    fold = Fold(CODEC)
    draft = decide(fold, called())
    assert (draft.rule, draft.acts, draft.emits) == ("call.claimed", [CALL], [])
    assert claims(fold) == [f"acme|{CALL['call_id']}"]
    assert (draft.run_id, draft.workflow, draft.state) == (CALL["run_id"], "tiny", "pool.retrieval")


def test_an_answer_ends_the_claim_and_goes_to_the_workers() -> None:
    fold = Fold(CODEC)
    decide(fold, called())
    draft = decide(fold, ended("refused"))
    assert (draft.rule, draft.reason) == ("call.refused", "it was refused")
    assert [emit["topic"] for emit in draft.emits] == ["call.results"]
    assert claims(fold) == []


def test_a_claim_is_answered_once() -> None:
    fold = Fold(CODEC)
    decide(fold, called())
    decide(fold, ended())
    draft = decide(fold, ended("in_doubt"))
    assert (draft.rule, draft.emits, draft.changes) == ("call.answered_before", [], [])


def test_a_call_that_is_claimed_is_not_performed_again() -> None:
    fold = Fold(CODEC)
    decide(fold, called(0))
    draft = decide(fold, called(1))
    assert (draft.rule, draft.acts, draft.changes) == ("call.claimed_before", [], [])


def test_a_claim_that_nobody_here_performs_is_in_doubt_after_a_fold() -> None:
    fold = Fold(CODEC)
    decide(fold, called())
    (doubt,) = POOL.after_fold(fold, [], NOON_MS)
    assert doubt.fact.result["status"] == "in_doubt"
    assert doubt.fact.result["cost_usd_micros"] == CALL["reserved_usd_micros"]
    draft = decide(fold, doubt)
    assert draft.rule == "call.in_doubt"
    assert draft.acts == []
    assert len(draft.emits) == 1


def test_a_claim_that_is_performed_here_is_not_in_doubt() -> None:
    fold = Fold(CODEC)
    decide(fold, called())
    assert POOL.after_fold(fold, [CALL["call_id"]], NOON_MS) == []


def test_a_call_that_cannot_be_read_is_kept_whole_and_nothing_is_performed() -> None:
    draft = decide(Fold(CODEC), delivered("calls.retrieval", 0, b"garbage"))
    assert draft.rule == "dead_letter"
    assert [emit["topic"] for emit in draft.emits] == ["calls.retrieval.dead"]
    assert draft.acts == []
