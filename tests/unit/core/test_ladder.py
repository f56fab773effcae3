"""The ladder: a run gets cheaper in the order of its contract before it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.approvals.decisions import DECIDED
from streams.core.ladder.applied import after
from streams.core.ladder.rungs import NEEDS, Rung
from tests.builders import CODEC, MODEL, contract, plan, result
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import READ, journey, quote_of_plan, rungs_of


@pytest.mark.parametrize(
    ("rung", "changes"),
    [
        ({"rung": "narrower_retrieval", "passages": 1}, {"passages": 1}),
        ({"rung": "summarized_context", "max_prompt_bytes": 99}, {"max_prompt_bytes": 99}),
        ({"rung": "smaller_output", "max_output_tokens": 50}, {"max_output_tokens": 50}),
        ({"rung": "cheaper_model", "model": "tiny-model-2"}, {"model": "tiny-model-2"}),
    ],
)
def test_a_rung_makes_a_policy_cheaper_and_never_dearer(
    rung: dict[str, Any], changes: dict[str, Any]
) -> None:
    policy = contract().policy("plan")
    lower = after(policy, Rung.model_validate(rung))
    assert lower == policy.model_copy(update=changes)
    assert after(lower, Rung.model_validate(rung)) is lower


def test_every_rung_says_what_it_needs() -> None:
    fields = set(Rung.model_fields) - {"rung", "at_percent", "states"}
    assert fields == {field for field in NEEDS.values() if field}


def test_nothing_is_taken_while_there_is_room() -> None:
    held = journey({"rung": "smaller_output", "max_output_tokens": 50, "at_percent": 90})
    held.start()
    held.finish()
    assert rungs_of(held) == []
    assert held.outcomes[-1]["rungs"] == []


def test_a_call_that_does_not_fit_becomes_a_cheaper_one_that_does() -> None:
    small = {"rung": "smaller_output", "max_output_tokens": 50}
    held = journey(small, cap=READ + quote_of_plan() - 1)
    held.start()
    call = held.until_call(MODEL)
    assert call["reserved_usd_micros"] < quote_of_plan()
    assert rungs_of(held) == ["plan.smaller_output.50"]
    held.answer(result(call))
    assert held.finish()["rungs"][0] == "plan.smaller_output.50"


def test_rungs_are_taken_in_the_order_of_the_contract_and_no_more_than_needed() -> None:
    rungs = [
        {"rung": "smaller_output", "max_output_tokens": tokens} for tokens in (990, 400, 200, 100)
    ]
    held = journey(*rungs, cap=READ + quote_of_plan() - 1_000)
    held.start()
    held.until_call(MODEL)
    assert rungs_of(held) == ["plan.smaller_output.990", "plan.smaller_output.400"]


def test_a_threshold_before_the_cap_takes_its_rung_though_the_call_would_fit() -> None:
    early = {"rung": "smaller_output", "max_output_tokens": 50, "at_percent": 70}
    late = {"rung": "cheaper_model", "model": MODEL, "at_percent": 99}
    held = journey(early, late, cap=quote_of_plan() * 100 // 75)
    held.start()
    held.until_call(MODEL)
    assert rungs_of(held) == ["plan.smaller_output.50"]


def test_a_rung_counts_only_in_the_states_that_it_names() -> None:
    elsewhere = {"rung": "smaller_output", "max_output_tokens": 50, "states": ["finalize"]}
    held = journey(elsewhere, cap=READ + quote_of_plan() - 1)
    held.start()
    while held.calls:
        held.answer(result(held.calls.popleft()))
    assert "plan.smaller_output.50" not in rungs_of(held)
    assert "budget" in str(held.outcomes[-1]["error"])


def test_optional_steps_are_skipped_and_the_run_is_whole_without_them() -> None:
    held = journey({"rung": "skip_optional", "at_percent": 20}, cap=5_000)
    held.start()
    planning = held.until_call(MODEL)
    held.answer(result(planning, answer=plan("look", "stamp"), cost_usd_micros=1_000))
    outcome = held.finish()
    assert [call["name"] for call in held.emitted["calls.tool"]] == ["stamp"]
    assert outcome["outcome"] == "resolved"
    assert "execute.skip_optional" in outcome["rungs"]


def test_a_read_that_the_run_has_made_is_not_paid_for_again_until_something_is_written() -> None:
    held = Journey()
    held.start()
    steps = plan("look", "look", "stamp", "look")
    held.answer(result(held.until_call(MODEL), answer=steps))
    outcome = held.finish()
    assert [c["name"] for c in held.emitted["calls.tool"]] == ["look", "stamp", "look"]
    assert outcome["rungs"] == ["execute.reuse"]
    assert outcome["outcome"] == "resolved"


def asking() -> Journey:
    rung = {"rung": "ask", "at_percent": 50, "persons": {"role": "lead"}, "states": ["plan"]}
    held = journey(rung, cap=quote_of_plan() * 100 // 60)
    held.start()
    while held.calls:
        held.answer(result(held.calls.popleft()))
    return held


def decide(held: Journey, verdict: str) -> None:
    question = held.emitted["approvals.questions"][-1]["question"]
    record = {
        "decision_id": "d-1",
        "approval_id": question["approval_id"],
        "workspace": "acme",
        "run_id": question["run_id"],
        "arguments_hash": question["arguments_hash"],
        "contract": question["contract"],
        "verdict": verdict,
        "approver": "lea",
        "roles": ["lead"],
        "reason": "it is worth it",
        "decided_at_ms": held.now_ms,
        "received_at_ms": held.now_ms,
    }
    held.take(DECIDED, CODEC.encode("approval_decision", record))
    held.travel()


def test_a_person_is_asked_before_spending_on_with_the_amount_and_what_it_buys() -> None:
    held = asking()
    question = held.emitted["approvals.questions"][-1]["question"]
    assert held.entry()["phase"] == "asking"
    assert question["kind"] == "budget"
    assert question["cost_usd_micros"] == quote_of_plan()
    assert question["name"] == MODEL
    assert all(one["reserved_usd_micros"] == 0 for one in held.budget().values())


@pytest.mark.parametrize(("verdict", "asks_on"), [("approve", True), ("deny", False)])
def test_a_person_decides_once_for_the_whole_run(verdict: str, asks_on: bool) -> None:
    held = asking()
    decide(held, verdict)
    assert any(call["state"] == "plan" for call in held.calls) is asks_on
    while held.calls:
        held.answer(result(held.calls.popleft()))
    questions = [one for one in held.emitted["approvals.questions"] if one["status"] == "asked"]
    assert len(questions) == 1
