"""The ladder: a run gets cheaper in the order of its contract before it pauses or is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.records import RunEntry
from streams.core import tables
from streams.core.approvals.decisions import DECIDED
from streams.core.approvals.people import Approvers
from streams.core.control.commands import COMMANDS
from streams.core.gate import SOON_MS
from streams.core.ladder.applied import after
from streams.core.ladder.rungs import NEEDS, Rung
from streams.core.pausing import MOST_PAUSED
from streams.core.ticks import TICKS
from tests.builders import CODEC, MODEL, NOON_MS, contract, plan, result, states, workflow
from tests.unit.core.journey import Journey

DAY_CAP = {"scope": "user", "window": "day"}
LEADS = Approvers.model_validate_json('{"people": [{"id": "lea", "roles": ["lead"]}]}')
ROOMY = 2_000_000
READ = 10
"""What the retrieval before the plan costs."""


def journey(*rungs: dict[str, Any], cap: int = ROOMY, **execute: Any) -> Journey:
    """Runs of a workflow with this ladder, under a cap of the user's day."""
    caps = [{**DAY_CAP, "usd_micros": cap}]
    held = states(execute={"optional": ["look"], **execute}, plan={"max_output_tokens": 1_000})
    flow = workflow(ladder=list(rungs), caps=caps, states=held)
    return Journey(replace(flow, approvers=LEADS))


def quote_of_plan(**changes: Any) -> int:
    """What the planning call holds when nothing is short."""
    held = journey(**changes)
    held.start()
    return held.until_call(MODEL)["reserved_usd_micros"]


def command(**said: Any) -> bytes:
    """An operator's command."""
    record = {
        "command_id": "c-1",
        "workspace": "acme",
        "who": "fay",
        "why": "launch",
        "issued_at_ms": NOON_MS,
        "cap": None,
        "switch": None,
        "correction": None,
        **said,
    }
    return CODEC.encode("control_command", record)


def cap_command(usd_micros: int | None, **changes: Any) -> bytes:
    setting = {**DAY_CAP, "owner": "*", "time_zone": "UTC", "name": None, "usd_micros": usd_micros}
    return command(cap=setting, **changes)


def runs_of(held: Journey) -> list[RunEntry]:
    """All entries of runs."""
    return [entry for _, entry in held.fold.tables.items(tables.RUNS)]


def rungs_of(held: Journey) -> list[str]:
    """All that were taken, as the ledger tells them."""
    return [rung for draft in held.drafts for rung in draft.decision["rungs"]]


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


def paused(hours: int = 48, **changes: Any) -> Journey:
    """A run that waits since its plan does not fit the user's day."""
    cap = 50 + quote_of_plan() - 1
    held = journey({"rung": "pause", "hours": hours}, cap=cap, **changes)
    held.start()
    while held.calls:
        held.answer(result(held.calls.popleft(), cost_usd_micros=50))
    return held


def test_a_run_without_room_pauses_with_its_state_and_holds_nothing() -> None:
    held = paused()
    entry = held.entry()
    assert entry["phase"] == "paused"
    assert held.drafts[-1].rule == "plan.paused"
    assert held.outcomes == []
    assert all(one["reserved_usd_micros"] == 0 for one in held.budget().values())


def test_a_paused_run_goes_on_when_an_operator_raises_the_cap_and_repeats_nothing() -> None:
    held = paused()
    draft = held.take(COMMANDS, cap_command(ROOMY))
    assert draft.rule == "control.cap_set"
    assert "fay" in draft.reason
    held.travel()
    assert held.finish()["outcome"] == "escalated" or held.outcomes
    assert len(held.emitted["calls.retrieval"]) == 1
    assert held.fold.tables.get(tables.PAUSED, "acme") is None
    assert "plan.pause.48" in held.outcomes[-1]["rungs"]


def test_a_cap_that_is_raised_too_little_leaves_the_run_paused() -> None:
    held = paused()
    held.take(COMMANDS, cap_command(51))
    held.travel()
    assert held.entry()["phase"] == "paused"
    assert held.fold.tables.get(tables.PAUSED, "acme") is not None


def tick(held: Journey) -> None:
    entry = held.entry()
    held.now_ms = entry["due_at_ms"]
    record = {
        "workspace": "acme",
        "run_id": held.drafts[0].run_id,
        "due_at_ms": entry["due_at_ms"],
        "results_through": held.fold.next_offset("call.results"),
        "decisions_through": 0,
        "sent_by": "worker",
        "table": "runs",
        "row": "",
    }
    held.take(TICKS, CODEC.encode("tick", record))
    held.travel()


def test_a_paused_run_goes_on_with_the_next_window_of_the_cap_that_was_full() -> None:
    held = paused()
    assert held.entry()["due_at_ms"] == NOON_MS + 12 * 3_600_000
    tick(held)
    assert held.until_call(MODEL)


def test_a_paused_run_tries_again_soon_while_others_hold_what_it_needs() -> None:
    held = journey({"rung": "pause", "hours": 48}, cap=READ + READ + quote_of_plan())
    for number in (1, 2):
        held.start(number=number)
        held.answer(result(held.calls.pop()))
    (waiting,) = [run for run in runs_of(held) if run["phase"] == "paused"]
    assert waiting["due_at_ms"] == NOON_MS + SOON_MS


def test_a_pause_that_lasted_as_long_as_the_contract_allows_ends_in_a_refusal() -> None:
    held = paused(hours=2)
    tick(held)
    while held.calls:
        held.answer(result(held.calls.popleft()))
    assert held.outcomes[-1]["outcome"] == "escalated"
    assert "micro-USD" in str(held.outcomes[-1]["error"])
    assert held.fold.tables.get(tables.PAUSED, "acme") is None


def test_a_workspace_has_so_many_paused_runs_and_no_more() -> None:
    held = paused()
    full = {"run_ids": [str(number) for number in range(MOST_PAUSED)]}
    held.fold.tables.put(tables.PAUSED, "acme", full)
    held.start(number=2)
    while held.calls:
        held.answer(result(held.calls.popleft()))
    assert len(held.outcomes) == 1


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


@pytest.mark.parametrize(("verdict", "asks_on"), [("approve", True), ("deny", False)])
def test_a_person_decides_once_for_the_whole_run(verdict: str, asks_on: bool) -> None:
    held = asking()
    decide(held, verdict)
    assert any(call["state"] == "plan" for call in held.calls) is asks_on
    while held.calls:
        held.answer(result(held.calls.popleft()))
    questions = [one for one in held.emitted["approvals.questions"] if one["status"] == "asked"]
    assert len(questions) == 1
