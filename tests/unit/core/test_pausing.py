"""A run that does not fit pauses, and goes on when there may be money."""

from __future__ import annotations

from typing import Any

from streams.core import tables
from streams.core.affording import SOON_MS
from streams.core.control.commands import COMMANDS
from streams.core.pausing import MOST_PAUSED
from streams.core.ticks import TICKS
from tests.builders import CODEC, MODEL, NOON_MS, result
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import READ, ROOMY, cap_command, journey, quote_of_plan, runs_of


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
