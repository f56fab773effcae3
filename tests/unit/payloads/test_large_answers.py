"""Decisions on answers whose result is in the payload store, and on more than a block can hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from agents.checks import CHECKS
from schemas.errors import EvidenceCut
from streams.core import bounds, tables
from streams.core.draft import Draft
from streams.core.excerpts import MAX_EVIDENCE_BYTES
from streams.core.hashing import content_hash
from streams.core.payloads import PayloadWanted, Reference, referring
from tests.builders import CODEC, Note, document, plan, reply, result, states, typed, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, RunState

MIB = 1024 * 1024
LARGE = "é" * MIB
"""Two MiB of UTF-8."""
PROMPT_BYTES = 32_000


def stored(call: Call, answer: Any) -> tuple[CallResult, bytes]:
    """An answer as a pool passes it on, and its payload."""
    _, payload = typed(call, answer)
    whole = result(call, answer=answer)
    return referring(whole, Reference(content_hash(payload), len(payload))), payload


def answered(journey: Journey, call: Call, answer: Any) -> Draft:
    """Decide on an answer with its payload, as a worker does."""
    record, payload = stored(call, answer)
    source = source_of(journey, record)
    draft = journey.decide(replace(source, payload=payload))
    journey.travel()
    return draft


def source_of(journey: Journey, record: CallResult) -> Any:
    """The input that carries `record`."""
    with pytest.raises(PayloadWanted) as wanted:
        journey.take("call.results", CODEC.encode("call_result", record))
    assert wanted.value.reference == Reference(record["payload_hash"], record["payload_bytes"])
    at = journey._ends["call.results"] - 1
    return replace(
        journey.drafts[-1].source,
        topic="call.results",
        offset=at,
        place=None,
        value=CODEC.encode("call_result", record),
    )


def begun(**changes: Any) -> tuple[Journey, Call]:
    journey = Journey(workflow(**changes))
    journey.start()
    return journey, journey.calls.popleft()


def planning(journey: Journey) -> RunState:
    run: RunState = journey.emitted["state.plan"][-1]
    return run


def evidence_of(journey: Journey, run: RunState, content: str) -> bytes:
    kept = dict(journey.fold.tables.items(tables.EVIDENCE))
    return bytes(kept[f"acme|{run['run_id']}|{content_hash(content.encode())}"])


def test_a_large_document_is_kept_as_its_beginning_and_named_whole() -> None:
    journey, call = begun()
    found = {"documents": [document("big", LARGE), document("small", "Be kind.")]}
    record, _ = stored(call, found)
    draft = answered(journey, call, found)
    big, small = planning(journey)["evidence"]
    assert (big["content_hash"], big["size_bytes"]) == (content_hash(LARGE.encode()), 2 * MIB)
    assert (small["size_bytes"], small["payload_hash"]) == (8, record["payload_hash"])
    assert evidence_of(journey, planning(journey), LARGE).decode() == "é" * (PROMPT_BYTES // 2)
    assert evidence_of(journey, planning(journey), "Be kind.") == b"Be kind."
    assert draft.size_bytes < 2 * PROMPT_BYTES
    assert draft.accesses[0]["response_hash"] == record["payload_hash"]


def test_a_model_is_told_that_it_sees_a_beginning() -> None:
    journey, call = begun()
    answered(journey, call, {"documents": [document("big", LARGE)]})
    request = CODEC.decode_bare("model_request", journey.calls[0]["arguments"])
    mark = f"<evidence id='big' cut='the first {PROMPT_BYTES} of {2 * MIB} bytes'>"
    assert request["context"].startswith(f"{mark}\né")


def test_a_run_names_its_payloads_for_as_long_as_it_is_remembered() -> None:
    journey, call = begun()
    record, _ = stored(call, {"documents": [document("big", LARGE)]})
    answered(journey, call, {"documents": [document("big", LARGE)]})
    look = journey.until_call("look")
    seen, _ = stored(look, Note(text=LARGE))
    answered(journey, look, Note(text=LARGE))
    names = [record["payload_hash"], seen["payload_hash"]]
    assert journey.entry()["payloads"] == names
    journey.finish()
    assert journey.entry()["phase"] == "finished"
    assert journey.entry()["payloads"] == names


def sees_all(view: Any) -> Any:
    """A check that reads every piece of evidence whole."""
    for piece in view.run["evidence"]:
        view.evidence(piece["content_hash"])
    return {"name": "sees_all", "passed": True, "detail": ""}


def test_a_check_that_needs_what_was_cut_fails_with_that_reason() -> None:
    flow = workflow(states=states(verify={"checks": ["sees_all"]}), success=["sees_all"])
    journey = Journey(replace(flow, checks={**CHECKS, "sees_all": sees_all}))
    journey.start()
    look = journey.until_call("look")
    answered(journey, look, Note(text=LARGE))
    outcome = journey.finish()
    assert outcome["outcome"] == "escalated"
    assert outcome["error"] is not None
    assert outcome["error"].startswith(f"sees_all: call:{look['call_id']} has {2 * MIB + 11} bytes")
    assert "too large to be checked" in outcome["error"]


def test_a_check_that_reads_results_itself_never_passes_on_a_cut_one() -> None:
    checks = ["all_steps_done", "right_account"]
    journey = Journey(workflow(states=states(verify={"checks": checks}), success=checks))
    journey.start()
    answered(journey, journey.until_call("look"), Note(text=LARGE))
    outcome = journey.finish()
    assert outcome["outcome"] == "escalated"
    assert "right_account: call:" in str(outcome["error"])


def test_evidence_from_before_sizes_were_kept_is_whole() -> None:
    journey, call = begun()
    journey.answer(result(call))
    run = planning(journey)
    old: Any = {**run, "evidence": [{**piece, "size_bytes": 0} for piece in run["evidence"]]}
    view = replace_view(journey, old)
    assert view.evidence(run["evidence"][0]["content_hash"]) == b"Be kind."
    cut: Any = {**run, "evidence": [{**piece, "size_bytes": 9} for piece in run["evidence"]]}
    with pytest.raises(EvidenceCut, match="has 9 bytes and only the first 8 are kept"):
        replace_view(journey, cut).evidence(run["evidence"][0]["content_hash"])


def replace_view(journey: Journey, run: RunState) -> Any:
    from streams.core.states import View  # noqa: PLC0415  of this helper alone

    kept = dict(journey.fold.tables.items(tables.EVIDENCE))
    return View(run, journey.flow, lambda name: kept[f"acme|{run['run_id']}|{name}"])


def test_many_medium_documents_are_shortened_and_the_run_goes_on() -> None:
    journey, call = begun()
    found = [document(f"doc:{number}", f"{number:04}" * 10_000) for number in range(60)]
    draft = answered(journey, call, {"documents": found})
    assert bounds.MAX_DECISION_BYTES > draft.size_bytes > MAX_EVIDENCE_BYTES * 0.9
    assert len(planning(journey)["evidence"]) == 60
    assert journey.finish()["outcome"] == "resolved"


def test_a_result_that_no_decision_can_hold_is_refused_and_the_run_ends_in_order() -> None:
    journey, call = begun()
    found = [document(f"doc:{number:0300}", "x") for number in range(10_000)]
    draft = answered(journey, call, {"documents": found})
    assert (draft.rule, draft.accesses[0]["status"]) == ("answer.rejected", "rejected")
    assert journey.entry()["payloads"] == [stored(call, {"documents": found})[0]["payload_hash"]]
    outcome = journey.finish()
    assert outcome["outcome"] == "escalated"
    assert "the result cannot be taken in: the decision holds" in str(outcome["error"])
    assert journey.emitted["call.results.dead"] == []
    assert journey.budget()["acme|user|ann|day|2026-01-05"]["reserved_usd_micros"] == 0


def test_ids_count_towards_the_size_of_a_decision() -> None:
    journey, call = begun()
    half = "x" * (bounds.MAX_DECISION_BYTES // 2)
    draft = answered(journey, call, {"documents": [document(half, "x")]})
    assert draft.rule == "answer.done"
    draft = journey.drafts[-1]
    assert draft.source.topic == "state.plan"
    assert draft.rule == "dead_letter"


def test_a_large_plan_is_read_from_the_store_too() -> None:
    journey, call = begun()
    journey.answer(result(call))
    answered(journey, journey.calls.popleft(), plan("look"))
    assert journey.calls[0]["name"] == "look"
    assert journey.finish(lambda c: result(c, answer=reply() if c["kind"] == "model" else None))


def test_an_answer_that_cannot_be_had_is_a_dead_letter_and_ends_its_run() -> None:
    journey, call = begun()
    record, _ = stored(call, {"documents": [document("big", LARGE)]})
    source = source_of(journey, record)
    draft = journey.decide(replace(source, no_payload="payload 00 is not in the payload store"))
    letter = journey.emitted["call.results.dead"][0]
    assert (letter["reason"], letter["message"]) == (
        "PayloadUnavailable",
        "payload 00 is not in the payload store",
    )
    assert letter["value"] == source.value
    assert draft.run_id == call["run_id"]
    assert journey.outcomes[0]["outcome"] == "failed"
    assert journey.outcomes[0]["error"] == "payload 00 is not in the payload store"


def test_an_answer_that_nobody_waits_for_wants_no_payload() -> None:
    journey, call = begun()
    record, payload = stored(call, {"documents": [document("big", LARGE)]})
    journey.decide(replace(source_of(journey, record), payload=payload))
    again = journey.take("call.results", CODEC.encode("call_result", record))
    assert again.rule == "answer.not_awaited"


def test_the_same_answer_gives_the_same_decision_from_record_or_store() -> None:
    found = {"documents": [document("policy:1", "Be kind.")]}
    (one, call), (other, _) = begun(), begun()
    one.answer(result(call, answer=found))
    answered(other, call, found)
    decisions = [orjson.loads(orjson.dumps(plain(journey))) for journey in (one, other)]
    assert decisions[0] == decisions[1]


def plain(journey: Journey) -> Any:
    """The run as it arrives at the planner, without where its evidence came from."""
    run = planning(journey)
    return {**run, "evidence": [{**piece, "payload_hash": ""} for piece in run["evidence"]]}
