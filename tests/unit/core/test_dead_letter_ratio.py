"""A topic of which too much cannot be handled stops its consumer before it is drained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import TooManyDeadLetters
from streams.core.dead_letter_ratio import DeadLetterRatio, RatioLimits
from tests.unit.core.journey import Journey

LIMITS = RatioLimits(ratio=0.5, window=20, at_least=5)


def feed(ratio: DeadLetterRatio, marks: str, topic: str = "state.plan") -> None:
    """One record a mark; x is a dead letter."""
    for mark in marks:
        ratio.note(topic, "bad bytes" if mark == "x" else None)


@pytest.mark.parametrize("marks", ["xxxx", ".....xxxxx", "." * 20, ".x" * 100, "xx" + "." * 30])
def test_a_share_within_the_limit_goes_on(marks: str) -> None:
    feed(DeadLetterRatio(LIMITS), marks)


@pytest.mark.parametrize("marks", ["xxxxx", "." * 4 + "xxxxx", "." * 100 + "x" * 11])
def test_a_share_beyond_the_limit_stops(marks: str) -> None:
    ratio = DeadLetterRatio(LIMITS)
    feed(ratio, marks[:-1])
    with pytest.raises(TooManyDeadLetters):
        feed(ratio, marks[-1])


def test_what_was_long_ago_is_forgotten() -> None:
    ratio = DeadLetterRatio(LIMITS)
    feed(ratio, "." * 20 + "x" * 10 + "." * 20 + "x" * 10)


def test_each_topic_is_judged_by_itself() -> None:
    ratio = DeadLetterRatio(LIMITS)
    for _ in range(4):
        feed(ratio, "x", "state.plan")
        feed(ratio, "x", "state.log")
    feed(ratio, "." * 100, "state.log")
    with pytest.raises(TooManyDeadLetters, match=r"^state\.plan: "):
        feed(ratio, "x", "state.plan")


def test_a_ratio_of_one_never_stops_and_of_none_stops_once_there_are_enough() -> None:
    feed(DeadLetterRatio(RatioLimits(1.0, 20, 5)), "x" * 1000)
    strict = DeadLetterRatio(RatioLimits(0.0, 20, 5))
    feed(strict, "." * 15 + "xxxx")
    with pytest.raises(TooManyDeadLetters):
        feed(strict, "x")


def test_it_says_what_happened_and_what_to_do() -> None:
    with pytest.raises(TooManyDeadLetters) as stopped:
        feed(DeadLetterRatio(LIMITS), "xxxxx")
    said = str(stopped.value)
    assert said.startswith("state.plan: 5 of the last 5 records could not be handled")
    for part in (
        "the last one: bad bytes",
        "state.plan.dead",
        "nothing is lost",
        "tollway dlq list --topic state.plan",
        "TOLLWAY_DEAD_LETTER_RATIO=0.5",
    ):
        assert part in said


def test_decisions_of_a_worker_are_counted_by_their_topic() -> None:
    journey = Journey()
    for _ in range(5):
        journey.take("state.plan", b"garbage")
    with pytest.raises(TooManyDeadLetters, match="the last one: begins with byte 103"):
        DeadLetterRatio(LIMITS).accepted(journey.drafts)


def test_runs_that_are_decided_do_not_count() -> None:
    journey = Journey()
    for number in range(10):
        journey.start(number=number)
        journey.finish()
    DeadLetterRatio(RatioLimits(0.0, 20, 1)).accepted(journey.drafts)


@given(st.text("x.", max_size=200), st.integers(1, 30), st.integers(1, 30))
def test_it_stops_exactly_when_the_window_says_so(marks: str, window: int, at_least: int) -> None:
    ratio = DeadLetterRatio(RatioLimits(0.5, window, at_least))
    for seen in range(1, len(marks) + 1):
        last = marks[max(0, seen - window) : seen]
        dead = last.count("x")
        beyond = marks[seen - 1] == "x" and dead >= at_least and dead > 0.5 * len(last)
        if beyond:
            with pytest.raises(TooManyDeadLetters):
                feed(ratio, marks[seen - 1])
            return
        feed(ratio, marks[seen - 1])
