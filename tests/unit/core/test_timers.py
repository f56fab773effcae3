"""The index of timers: what stands in the runs table, when it is due, and what is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.core import budget, tables
from streams.core.tables import Tables
from streams.core.timers import ASK_AGAIN_MS, Timer, Timers, timers_of


def ms(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def entry(due_at_ms: int) -> dict[str, Any]:
    return {"phase": "waiting", "due_at_ms": due_at_ms}


def put(current: Tables, timers: Timers, run_id: str, due_at_ms: int) -> None:
    change = (tables.RUNS, tables.key("acme", run_id), entry(due_at_ms))
    current.put(*change)
    timers.note([change])


def test_a_timer_is_not_due_before_its_time() -> None:
    current, timers = Tables(), Timers()
    put(current, timers, "r", 100)
    assert not timers.any_due(99)
    assert timers.take_due(current, 99) == []
    assert timers.take_due(current, 100) == [Timer("acme", tables.RUNS, "r", 100)]


def test_a_timer_is_asked_for_again_while_it_stands() -> None:
    current, timers = Tables(), Timers()
    put(current, timers, "r", 100)
    timers.take_due(current, 100)
    assert timers.take_due(current, 101) == []
    assert timers.take_due(current, 100 + ASK_AGAIN_MS) == [Timer("acme", tables.RUNS, "r", 100)]


def test_a_timer_is_over_when_the_entry_says_something_else() -> None:
    current, timers = Tables(), Timers()
    put(current, timers, "r", 100)
    put(current, timers, "r", 300)
    assert timers.take_due(current, 200) == []
    assert timers.take_due(current, 300) == [Timer("acme", tables.RUNS, "r", 300)]
    put(current, timers, "r", 0)
    assert timers.take_due(current, 10_000) == []
    assert not timers.any_due(10**12)


def test_other_tables_and_deleted_entries_have_no_timers() -> None:
    timers = Timers()
    timers.note([(tables.EVIDENCE, "acme|r|hash", b"text"), (tables.RUNS, "a|b", None)])
    assert not timers.any_due(10**12)


def test_an_account_is_dropped_when_the_window_after_its_own_has_ended_and_nothing_is_held() -> (
    None
):
    current, timers = Tables(), Timers()
    key, end_ms = "acme|user|ann|day|2026-01-05", ms("2026-01-07")
    for held, due_ms in ((7, 0), (0, end_ms)):
        change = (tables.BUDGET, key, {"spent_usd_micros": 1, "reserved_usd_micros": held})
        current.put(*change)
        timers.note([change])
        assert timers.any_due(end_ms) == bool(due_ms)
    assert timers.take_due(current, end_ms - 1) == []
    row = "user|ann|day|2026-01-05"
    assert timers.take_due(current, end_ms) == [Timer("acme", tables.BUDGET, row, end_ms)]


def test_an_account_that_moves_often_has_one_timer() -> None:
    current, timers = Tables(), Timers()
    for spent in range(50):
        entry_now = {"spent_usd_micros": spent, "reserved_usd_micros": 0}
        change = (tables.BUDGET, "acme|user|ann|day|2026-01-05", entry_now)
        current.put(*change)
        timers.note([change])
    assert len(timers.take_due(current, ms("2027-01-01"))) == 1


def test_a_runs_own_account_has_no_timer() -> None:
    timers = Timers()
    timers.note([(tables.BUDGET, "acme|run|r|run|", budget.reserved(None, 0))])
    assert not timers.any_due(10**15)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 50)), st.integers(0, 60)
)
def test_a_fresh_index_of_the_tables_tells_exactly_what_is_due(
    entries: dict[str, int], now_ms: int
) -> None:
    current = Tables()
    for run_id, due_at_ms in entries.items():
        current.put(tables.RUNS, tables.key("acme", run_id), entry(due_at_ms))
    due = {timer.row for timer in timers_of(current).take_due(current, now_ms)}
    assert due == {run_id for run_id, at_ms in entries.items() if 0 < at_ms <= now_ms}
