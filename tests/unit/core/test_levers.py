"""Levers: runs pause, end and go on as operators say, and calls under way are paid."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core import tables
from streams.core.control import levers
from streams.core.control.commands import COMMANDS
from streams.core.draft import Draft
from tests.builders import CODEC, MODEL, NOON_MS, event, result
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import command, journey, runs_of

EVERYWHERE = "*"


def move(held: Journey, mode: str, what: str = "all", name: str = "", **changes: Any) -> Draft:
    """An operator moves a lever, later than any before; what follows happens."""
    held.now_ms += 1
    said = {"what": what, "name": name, "mode": mode}
    named = {"command_id": f"c-{held.now_ms}", "issued_at_ms": held.now_ms}
    draft = held.take(COMMANDS, command(lever=said, **{**named, **changes}))
    held.travel()
    return draft


def cancel(held: Journey, run_id: str, outcome: str = "escalated") -> Draft:
    said = {"run_id": run_id, "outcome": outcome}
    draft = held.take(COMMANDS, command(cancellation=said))
    held.travel()
    return draft


def reserved(held: Journey) -> int:
    return sum(one["reserved_usd_micros"] for one in held.budget().values())


@pytest.mark.parametrize("workspace", ["acme", EVERYWHERE])
@pytest.mark.parametrize(("what", "name"), [("all", ""), ("workflow", "tiny"), ("call", "shelf")])
def test_a_pulled_lever_lets_a_call_wait_with_its_reason_until_it_is_released(
    what: str, name: str, workspace: str
) -> None:
    held = journey()
    assert move(held, "pause", what, name, workspace=workspace).rule == "control.pause"
    held.start()
    entry = held.entry()
    assert (entry["phase"], entry["due_at_ms"]) == ("paused", 0)
    assert "paused by fay" in held.drafts[-1].reason
    assert not held.calls
    assert reserved(held) == 0
    move(held, "release", what, name, workspace=workspace)
    assert [call["name"] for call in held.calls] == ["shelf"]
    assert held.finish()["outcome"] in {"resolved", "escalated"}


@pytest.mark.parametrize(("what", "name"), [("workflow", "other"), ("call", "other")])
def test_a_lever_on_something_else_changes_nothing(what: str, name: str) -> None:
    held = journey()
    move(held, "pause", what, name)
    move(held, "pause", workspace="globex")
    held.start()
    assert held.calls


def test_a_run_goes_on_only_when_every_lever_that_holds_it_is_released() -> None:
    held = journey()
    move(held, "pause", workspace=EVERYWHERE)
    move(held, "pause", "call", "shelf")
    held.start()
    move(held, "release", workspace=EVERYWHERE)
    assert held.entry()["phase"] == "paused"
    assert not held.calls
    move(held, "release", "call", "shelf")
    assert held.calls


def test_a_call_under_way_is_answered_while_its_workflow_is_paused_and_the_next_one_waits() -> None:
    held = journey()
    held.start()
    move(held, "pause", "workflow", "tiny")
    held.answer(result(held.calls.popleft(), cost_usd_micros=5))
    assert held.entry()["phase"] == "paused"
    assert reserved(held) == 0
    move(held, "release", "workflow", "tiny")
    assert [call["name"] for call in held.calls] == [MODEL]
    assert len(held.emitted["calls.retrieval"]) == 1


def test_a_call_that_the_contract_refuses_does_not_wait_for_a_lever() -> None:
    held = journey()
    held.take(COMMANDS, command(switch={"name": "shelf", "enabled": False}))
    move(held, "pause", "call", "shelf")
    held.start()
    assert "disabled" in " ".join(refusal.rule for d in held.drafts for refusal in d.refusals)


def test_an_old_or_repeated_command_does_not_move_a_lever_back() -> None:
    held = journey()
    move(held, "pause", command_id="c-1", issued_at_ms=NOON_MS + 10)
    assert move(held, "pause", command_id="c-1", issued_at_ms=NOON_MS + 10).rule.endswith(
        "repeated"
    )
    assert move(held, "release", issued_at_ms=NOON_MS + 9).rule == "control.stale"
    held.start()
    assert not held.calls


@pytest.mark.parametrize("workspace", ["acme", EVERYWHERE])
def test_a_kill_that_ends_runs_ends_the_open_ones_and_each_new_one_once(workspace: str) -> None:
    held = journey()
    held.start()
    bound = held.calls[0]["reserved_usd_micros"]
    move(held, "end", workspace=workspace)
    held.start(number=2)
    assert [one["outcome"] for one in held.outcomes] == ["escalated", "escalated"]
    assert all("ended by fay" in str(one["error"]) for one in held.outcomes)
    assert held.outcomes[0]["spent_usd_micros"] == bound
    assert len(held.calls) == 1
    assert reserved(held) == 0


def test_the_late_result_of_a_call_of_an_ended_run_corrects_the_money() -> None:
    held = journey()
    held.start()
    move(held, "end")
    account = "acme|user|ann|day|2026-01-05"
    assert held.budget()[account]["spent_usd_micros"] == held.calls[0]["reserved_usd_micros"]
    held.answer(result(held.calls.popleft(), cost_usd_micros=3))
    assert held.budget()[account]["spent_usd_micros"] == 3
    assert len(held.outcomes) == 1


def test_a_paused_run_ends_when_the_pause_becomes_a_kill() -> None:
    held = journey()
    move(held, "pause", "workflow", "tiny")
    held.start()
    move(held, "end", "workflow", "tiny")
    assert held.outcomes[0]["outcome"] == "escalated"


def test_many_runs_are_woken_in_several_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levers, "MOST_WOKEN", 2)
    held = journey()
    move(held, "pause", workspace=EVERYWHERE)
    for number in range(5):
        held.start(number=number)
    assert not held.calls
    move(held, "release", workspace=EVERYWHERE)
    assert len(held.calls) == 5
    assert [draft.rule for draft in held.drafts].count("wake.others") == 2


@pytest.mark.parametrize("outcome", ["escalated", "failed"])
def test_a_cancelled_run_ends_once_with_who_and_why_and_its_call_is_paid(outcome: str) -> None:
    held = journey()
    held.start()
    run_id, bound = held.calls[0]["run_id"], held.calls[0]["reserved_usd_micros"]
    rules = [cancel(held, run_id, outcome).rule for _ in range(2)]
    assert rules == ["control.cancelled", "control.no_open_run"]
    (ended,) = held.outcomes
    assert (ended["outcome"], ended["spent_usd_micros"]) == (outcome, bound)
    assert "fay" in str(ended["error"])
    assert "launch" in str(ended["error"])
    assert reserved(held) == 0
    assert held.answer(result(held.calls.popleft())).rule == "answer.late"
    assert len(held.outcomes) == 1
    assert held.fold.tables.items(tables.LEVERS) == []


def test_a_run_on_its_way_is_cancelled_where_it_arrives() -> None:
    held = journey()
    draft = held.take("state.intake", CODEC.encode("intake_event", event()))
    cancel(held, draft.run_id)
    assert [one["outcome"] for one in held.outcomes] == ["escalated"]
    assert not held.calls
    assert held.fold.tables.items(tables.LEVERS) == []


def test_other_runs_go_on_when_one_is_cancelled() -> None:
    held = journey()
    held.start()
    held.start(number=2)
    cancel(held, held.calls.popleft()["run_id"])
    assert sorted(entry["phase"] for entry in runs_of(held)) == ["finished", "waiting"]


def test_cancelling_an_unknown_run_is_recorded_and_changes_nothing() -> None:
    held = journey()
    draft = cancel(held, "nobody")
    assert (draft.rule, draft.reason) == ("control.no_open_run", "run nobody is not known here")
    assert held.outcomes == []


@pytest.mark.parametrize(
    "there", [{}, {"workflow": "tiny"}, {"workflow": "tiny", "state": "retrieval"}]
)
@pytest.mark.parametrize("workspace", ["acme", EVERYWHERE])
def test_a_permission_is_narrowed_where_the_command_says(
    there: dict[str, str], workspace: str
) -> None:
    held = journey()
    off = {"name": "shelf", "enabled": False, **there}
    held.take(COMMANDS, command(switch=off, workspace=workspace))
    held.start()
    assert not held.calls or held.calls[0]["name"] != "shelf"
    held.take(COMMANDS, command(switch={**off, "enabled": True}, workspace=workspace))
    held.start(number=2)
    assert held.calls[-1]["name"] == "shelf"


@pytest.mark.parametrize("there", [{"workflow": "other"}, {"workflow": "tiny", "state": "execute"}])
def test_a_permission_that_is_narrowed_elsewhere_stands(there: dict[str, str]) -> None:
    held = journey()
    held.take(COMMANDS, command(switch={"name": "shelf", "enabled": False, **there}))
    held.start()
    assert held.calls[0]["name"] == "shelf"
