"""Runs of small refunds on one fold: paid, asked about, or rejected before they cost anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from agents.workflows import WorkflowFolder
from streams.core import tables
from streams.core.state_policy import StatePolicy
from tests.builders import CODEC, result
from tests.unit.core.journey import Journey
from workflows.small_refund.tools import Paid

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

FLOW = WorkflowFolder(Path("workflows/small_refund")).load(CODEC)


def wants(amount: str) -> str:
    return f'{{"order_id": "#W1", "amount_usd": {amount}, "reason": "broken"}}'


def journey() -> Journey:
    return Journey(FLOW)


def begun(held: Journey, request: str) -> Any:
    return held.start(workflow="small_refund", request=request)


def test_below_45_it_asks_nobody_and_no_model() -> None:
    held = journey()
    begun(held, wants("44.99"))
    (call,) = held.calls
    assert (call["kind"], call["name"], call["attempt"]) == ("tool", "refund", 1)


def test_from_exactly_45_it_waits_for_a_person_and_holds_no_money() -> None:
    held = journey()
    begun(held, wants("45.00"))
    assert (list(held.calls), held.entry()["phase"], held.budget()) == ([], "asking", {})
    question = held.entry()["question"]
    assert question is not None
    assert question["rule"] == "refund_from_45_usd"


@pytest.mark.parametrize(
    ("request_text", "error"),
    [
        (wants("50.01"), "request: amount_usd: must be 0 to 50.00"),
        (wants("1e3"), "request: amount_usd: must be 0 to 50.00"),
        (wants('"5"'), "request: amount_usd: must be a number"),
        ("{", "request: is not JSON"),
    ],
)
def test_what_does_not_conform_is_rejected_and_costs_nothing(request_text: str, error: str) -> None:
    held = journey()
    draft = begun(held, request_text)
    (outcome,) = held.outcomes
    assert (outcome["outcome"], outcome["spent_usd_micros"], outcome["calls"]) == ("rejected", 0, 0)
    assert str(outcome["error"]).startswith(error)
    assert (draft.rule, draft.reason) == ("intake.rejected", outcome["error"])
    assert held.fold.tables.items(tables.EVIDENCE) == []


def test_plain_words_are_planned_by_the_small_model_and_checked_by_the_same_schema() -> None:
    held = journey()
    begun(held, "Please pay back 60 dollars for #W1.")
    (asked,) = held.calls
    assert (asked["kind"], asked["name"]) == ("model", "gpt-4.1-nano")
    answer = planned(asked, 6_000)
    outcome = held.finish(lambda _: answer)
    assert outcome["outcome"] == "escalated"
    assert "refund: amount_usd_cents: Input should be less than or equal to 5000" in str(
        outcome["error"]
    )


def test_plain_words_without_a_model_to_read_them_are_rejected_with_what_to_write() -> None:
    states = {**FLOW.contract.states, "plan": StatePolicy()}
    contract = FLOW.contract.model_copy(update={"states": states})
    held = Journey(replace(FLOW, contract=contract))
    begun(held, "Please.")
    (outcome,) = held.outcomes
    assert "is no JSON object; write one with order_id, amount_usd, reason" in str(outcome["error"])


@pytest.mark.parametrize(("in_the_till", "outcome"), [(1, "resolved"), (0, "escalated")])
def test_a_refund_counts_as_done_when_the_till_has_it(in_the_till: int, outcome: str) -> None:
    held = journey()
    begun(held, wants("20"))
    assert held.finish(lambda call: performed(call, in_the_till))["outcome"] == outcome


def performed(call: Call, in_the_till: int) -> CallResult:
    """As the pools answer; a document with as many rows as the till is to have."""
    wire: Any = FLOW.call_types[call["kind"], call["name"]]
    answer: Any = Paid(order_id="#W1", amount_usd_cents=2_000, status="paid")
    if call["kind"] == "retrieval":
        row = (
            f'{{"idempotency_key": "{call["run_id"]}.1", "order_id": "#W1", '
            '"amount_usd_cents": 2000, "reason": "broken"}'
        )
        content = f'{{"refunds": [{row if in_the_till else ""}]}}'
        answer = {
            "documents": [{"id": "refunds", "kind": "write", "content": content, "score": 0.0}]
        }
    bare = result(call, "failed")
    done = {"status": "done", "error": "", "result": wire.encode_result(answer)}
    return {**bare, **done, "result_schema": wire.result_schema}  # type: ignore[typeddict-item]


def planned(call: Call, cents: int) -> CallResult:
    """A model's plan to refund so much."""
    wire: Any = FLOW.call_types[call["kind"], call["name"]]
    arguments = {"order_id": "#W1", "amount_usd_cents": cents, "reason": "x"}
    plan = {"steps": [{"tool": "refund", "arguments": arguments}], "complete": True}
    answer = {
        "answer_json": orjson.dumps(plan).decode(),
        "model": call["name"],
        "input_tokens": 5,
        "output_tokens": 5,
    }
    bare = result(call, "failed")
    done = {"status": "done", "error": "", "result": wire.encode_result(answer)}
    return {**bare, **done, "result_schema": wire.result_schema}  # type: ignore[typeddict-item]
