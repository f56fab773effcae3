"""A run goes through all seven states, and its record goes with it."""

from __future__ import annotations

import pytest

from streams.core import tables
from streams.core.graph import GRAPH
from streams.core.inputs import PlaceOf
from tests.builders import CODEC, delivered, plan, result
from tests.unit.core.journey import Journey


def test_a_run_visits_all_seven_states_and_is_resolved() -> None:
    journey = Journey()
    journey.start()
    outcome = journey.finish()
    assert outcome["outcome"] == "resolved"
    assert list(dict.fromkeys(draft.state for draft in journey.drafts)) == list(GRAPH)
    assert [draft.transition for draft in journey.drafts if draft.transition] == [
        "accepted",
        "found",
        "planned",
        "executed",
        "verified",
        "finalized",
        "logged",
    ]


def test_every_decision_says_what_it_is_about_and_by_which_rule_it_was_made() -> None:
    journey = Journey()
    journey.start()
    run_id = journey.finish()["run_id"]
    decisions = [draft.decision for draft in journey.drafts]
    about = {(d["run_id"], d["workspace"], d["workflow"]) for d in decisions}
    assert about == {(run_id, "acme", "tiny")}
    assert [decision["rule"] for decision in decisions] == [
        "intake.accepted",
        "retrieval.call",
        "answer.done",
        "plan.call",
        "answer.done",
        "execute.call",
        "answer.done",
        "verify.verified",
        "finalize.call",
        "answer.done",
        "log.logged",
    ]


def test_the_outcome_tells_what_was_spent_and_how_many_calls_were_made() -> None:
    journey = Journey()
    journey.start()
    outcome = journey.finish()
    assert (outcome["calls"], outcome["spent_usd_micros"]) == (4, 40)
    assert [call["kind"] for call in journey.emitted["calls.tool"]] == ["tool"]


def test_an_ended_run_leaves_its_entry_and_the_accounts_of_others() -> None:
    journey = Journey()
    journey.start()
    assert journey.budget().keys() > {"acme|user|ann|day|2026-01-05"}
    journey.finish()
    assert [table for table, _, _ in journey.fold.tables] == [tables.BUDGET, tables.RUNS]
    assert journey.budget() == {
        "acme|user|ann|day|2026-01-05": {"spent_usd_micros": 40, "reserved_usd_micros": 0}
    }


def test_a_call_is_held_in_the_same_decision_that_emits_it() -> None:
    journey = Journey()
    journey.start()
    draft = journey.drafts[-1]
    (call,) = journey.emitted["calls.retrieval"]
    (spend,) = draft.spend
    assert spend["entry"] == "reserve"
    assert spend["amount_usd_micros"] == call["reserved_usd_micros"] == 50
    assert {journey.budget()[key]["reserved_usd_micros"] for key in spend["accounts"]} == {50}


def test_a_call_says_who_asks_in_whose_name_and_until_when() -> None:
    journey = Journey()
    journey.start()
    call = journey.until_call("look")
    assert call["idempotency_key"] == f"{call['run_id']}.3"
    assert call["call_id"] == f"{call['run_id']}.3.1"
    assert (call["workspace"], call["user_id"], call["state"]) == ("acme", "ann", "execute")
    assert call["not_after_ms"] - call["issued_at_ms"] == 60_000


@pytest.mark.parametrize("state", [state for state in GRAPH if state != "intake"])
def test_a_run_that_a_state_does_not_expect_is_noted_and_ignored(state: str) -> None:
    journey = Journey()
    journey.start()
    entry = journey.entry()
    value = CODEC.encode("run_state", entry["run"] or {})
    draft = journey.take(f"state.{state}", value)
    assert (draft.rule, draft.emits, draft.changes) == ("state.not_expected", [], [])
    assert journey.entry() == entry


def test_a_run_that_nobody_began_is_ignored() -> None:
    stranger, journey = Journey(), Journey()
    stranger.start()
    (run,) = stranger.emitted["state.retrieval"]
    draft = journey.take("state.retrieval", CODEC.encode("run_state", run))
    assert (draft.rule, draft.emits, draft.changes) == ("state.not_expected", [], [])


def test_what_is_forwarded_twice_is_applied_once() -> None:
    journey = Journey()
    journey.start()
    (run,) = journey.emitted["state.retrieval"]
    value = CODEC.encode("run_state", run)
    again = delivered("state.retrieval", 9, value, PlaceOf("ledger", 1, 0).header())
    assert journey.fold.applied(again)


def test_a_run_comes_back_to_plan_until_the_plan_is_complete() -> None:
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan("look", complete=False)))
    journey.answer(result(journey.until_call("look")))
    assert [run["visits"]["plan"] for run in journey.emitted["state.execute"]] == [1]
    outcome = journey.finish()
    assert [run["visits"]["plan"] for run in journey.emitted["state.execute"]] == [1, 2]
    assert outcome["outcome"] == "resolved"


def test_a_state_that_was_visited_often_enough_sends_the_run_to_finalize() -> None:
    journey = Journey()
    journey.start()
    while not journey.emitted["state.finalize"]:
        call = journey.calls.popleft()
        more = plan("look", complete=False) if call["state"] == "plan" else None
        journey.answer(result(call, answer=more))
    (run,) = journey.emitted["state.finalize"]
    assert run["visits"]["plan"] == 3
    assert run["error"] == "state plan was visited as often as the contract allows"
    assert journey.finish()["outcome"] == "escalated"


def test_a_call_beyond_those_of_one_visit_is_refused() -> None:
    journey = Journey()
    journey.start()
    call = journey.until_call("tiny-model")
    journey.answer(result(call, answer=plan(*["stamp"] * 6)))
    outcome = journey.finish()
    assert len(journey.emitted["calls.tool"]) == 5
    assert str(outcome["error"]).startswith("calls: state execute has made 5 calls")
