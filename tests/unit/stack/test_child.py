"""When a process that ended may start again."""

from __future__ import annotations

from pathlib import Path

from tollway.stack.child import LONGEST_PAUSE_S, STEADY_S, Child


def child() -> Child:
    """A process that was started at second 0."""
    return Child("worker", ("worker",), Path("worker.log"), follows=False)


def pauses(times: int) -> list[float]:
    """The pauses of a process that ends as soon as it is started."""
    ending, now_s, found = child(), 0.0, []
    for _ in range(times):
        ending.started_at_s = now_s
        ending.ended(now_s)
        found.append(ending.start_after_s - now_s)
        now_s = ending.start_after_s
    return found


def test_pauses_double_up_to_the_longest() -> None:
    assert pauses(8) == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


def test_twenty_restarts_wait_out_an_outage_of_two_minutes() -> None:
    assert sum(pauses(20)) > 120


def test_a_process_that_was_steady_begins_again_with_the_shortest_pause() -> None:
    ending = child()
    for _ in range(10):
        ending.ended(0.0)
    ending.started_at_s = 100.0
    ending.ended(100.0 + STEADY_S + 1)
    assert ending.ends_in_a_row == 1
    assert ending.start_after_s == 100.0 + STEADY_S + 1 + 0.25


def test_what_has_ended_is_no_process_any_more() -> None:
    ending = child()
    ending.ended(0.0)
    assert ending.process is None
