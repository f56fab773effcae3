"""The bench of short money: what counts as a plain reason, and when it fails."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature
from typing import Any

import pytest

from bench.short_money import report
from bench.short_money.__main__ import main, sound
from bench.short_money.counting import Counts, plain, understandable
from bench.short_money.running import Found

REASON = (
    "budget: gpt-4.1-nano may cost 1652 micro-USD and 900 are left of the 85000 for workspace "
    "short per day; a higher cap would allow it, in the contract or by `tollway control cap`"
)
SHORT = Counts(
    cap_usd_micros=100,
    outcomes={"resolved": 3, "escalated": 1},
    paused=2,
    rungs={"plan.cheaper_model.gpt-4.1-nano": 4},
    refusals={plain(REASON): 1},
    ladder_before_refusals=True,
    unexplained=0,
    spent_by_account_usd_micros=90,
    spent_by_runs_usd_micros=90,
    settled_calls_usd_micros=90,
    orders_cancelled=3,
)
FOUND = Found(6, 30, SHORT, None, 1.0)


def test_the_gates_own_words_are_a_plain_reason_and_others_are_not() -> None:
    assert understandable(REASON)
    assert not understandable("RuntimeError: no")
    assert plain(REASON) == plain(REASON.replace("900", "7"))


@pytest.mark.parametrize(
    "broken",
    [
        {
            "spent_by_account_usd_micros": 101,
            "spent_by_runs_usd_micros": 101,
            "settled_calls_usd_micros": 101,
        },
        {"settled_calls_usd_micros": 91},
        {"ladder_before_refusals": False},
        {"unexplained": 1},
    ],
)
def test_what_breaks_a_promise_makes_it_fail(broken: dict[str, Any]) -> None:
    assert sound(FOUND)
    assert not sound(replace(FOUND, short=replace(SHORT, **broken)))


def test_every_parameter_of_the_command_is_an_option() -> None:
    given = main.callback
    assert given is not None
    assert {option.name for option in main.params} == signature(given).parameters.keys()


def test_everything_is_told() -> None:
    text = report.as_text(FOUND, {"broker": "in memory"})
    assert "| spent ÷ cap | 0.900000 |" in text
    assert "| plan.cheaper_model.gpt-4.1-nano | 4 |" in text
    assert report.as_json(FOUND, {})["short"]["books_agree"]
