"""Retrieval keeps what it finds by content hash; verification reads again where it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streams.core import tables
from streams.core.hashing import content_hash
from tests.builders import document, result, states, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

READS_BACK = states(verify={"retrievers": ["shelf"], "calls": 1})


def test_documents_are_kept_by_content_hash_and_travel_by_reference() -> None:
    journey = Journey()
    journey.start()
    found = {"documents": [document("policy:1", "Be kind."), document("policy:2", "Be quick.")]}
    journey.answer(result(journey.calls.popleft(), answer=found))
    (run,) = journey.emitted["state.plan"]
    hashes = [content_hash(b"Be kind."), content_hash(b"Be quick.")]
    assert [piece["content_hash"] for piece in run["evidence"]] == hashes
    kept = dict(journey.fold.tables.items(tables.EVIDENCE))
    assert kept == {
        f"acme|{run['run_id']}|{hashes[0]}": b"Be kind.",
        f"acme|{run['run_id']}|{hashes[1]}": b"Be quick.",
    }


def test_a_run_without_a_retriever_goes_straight_to_planning() -> None:
    journey = Journey(workflow(states=states(retrieval={"retrievers": []})))
    journey.start()
    assert journey.finish()["calls"] == 3


@pytest.mark.parametrize(
    ("answering", "error"),
    [
        (lambda call: result(call, "rejected", error="no access"), "no access"),
        (lambda call: result(call, answer={"documents": []}), "found nothing about this customer"),
    ],
)
def test_a_run_that_cannot_read_plans_nothing(answering: object, error: str) -> None:
    journey = Journey()
    journey.start()
    assert callable(answering)
    journey.answer(answering(journey.calls.popleft()))
    assert journey.emitted["state.plan"] == []
    outcome = journey.finish()
    assert outcome["outcome"] == "escalated"
    assert error in str(outcome["error"])


def test_verification_reads_what_was_written_when_the_contract_names_a_retriever() -> None:
    journey = Journey(workflow(states=READS_BACK))
    journey.start()
    outcome = journey.finish()
    assert [call["state"] for call in journey.emitted["calls.retrieval"]] == ["retrieval", "verify"]
    assert outcome["outcome"] == "resolved"


def test_verification_that_cannot_read_escalates() -> None:
    journey = Journey(workflow(states=READS_BACK))
    journey.start()

    def answering(call: Call) -> CallResult:
        return result(call, "rejected" if call["state"] == "verify" else "done")

    outcome = journey.finish(answering)
    assert outcome["outcome"] == "escalated"
    assert outcome["error"] == "verification could not read: it was rejected"
