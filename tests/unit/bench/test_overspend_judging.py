"""The verdict on a cell, from bills and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from agents.prices import price_book
from bench.overspend.cells import FAULTS, FAULTS_AT, MEANINGS, Cell, Plan
from bench.overspend.judging import (
    admissions_ms,
    affordable_refusals,
    cap_usd_micros,
    judge,
    spent_over_cap,
)
from bench.overspend.load import Answer, Kind
from bench.overspend.provider.meter import Bill
from bench.overspend.provider.tariff import (
    CHEAP,
    MAX_OUTPUT_TOKENS,
    PICOS_PER_MICRO,
    RATES,
    UNPRICED,
    worth_usd_micros,
)

CELL = Cell("tollway", 2, 8, "none")
WORTH = worth_usd_micros() * PICOS_PER_MICRO


def bill(ask: int, at_ms: float, picos: int = WORTH, took_ms: float = 10) -> Bill:
    return Bill("a", ask, CHEAP, MAX_OUTPUT_TOKENS, 1, 1, picos, at_ms, at_ms + took_ms)


def answer(ask: int, kind: Kind, at_ms: float, took_ms: float = 1) -> Answer:
    return Answer(ask, kind, at_ms, at_ms + took_ms)


def test_the_tariff_is_what_tollways_price_book_says() -> None:
    priced = price_book().models
    assert UNPRICED not in priced
    for name in RATES.keys() - {UNPRICED}:
        rate = RATES[name]
        assert priced[name].input_usd_micros_per_million == rate.input_usd_picos
        assert priced[name].output_usd_micros_per_million == rate.output_usd_picos


def test_spent_over_cap_is_exact() -> None:
    assert spent_over_cap(CELL, [bill(0, 0), bill(1, 0)]) == 1.0
    assert spent_over_cap(CELL, [bill(0, 0), bill(1, 0, WORTH + 1)]) > 1.0
    assert cap_usd_micros(CELL) == 2 * worth_usd_micros()


@pytest.mark.parametrize(
    ("bills", "affordable"),
    [
        ([], 1),
        ([bill(0, 0)], 1),
        ([bill(0, 0), bill(1, 0)], 0),
        ([bill(0, 0), bill(1, 200)], 1),
        ([bill(0, 0), bill(1, 95)], 0),
        ([bill(0, 0, WORTH // 2), bill(1, 0, WORTH // 2)], 1),
    ],
    ids=["nothing", "one", "both", "later", "under way at its worth", "settled at its bill"],
)
def test_a_refusal_is_affordable_when_one_more_call_fits(
    bills: Sequence[Bill], affordable: int
) -> None:
    assert affordable_refusals(CELL, [answer(9, "refused", 100)], bills) == affordable


def test_a_call_is_under_way_from_when_it_was_asked_for() -> None:
    answers = [answer(0, "served", 50, 500), answer(1, "served", 50, 500)]
    late = [bill(0, 400), bill(1, 400)]
    assert affordable_refusals(CELL, [*answers, answer(9, "refused", 100)], late) == 0


def test_admission_ends_at_the_provider_or_with_the_refusal() -> None:
    answers = [answer(0, "served", 0, 50), answer(1, "refused", 0, 7), answer(2, "failed", 0, 9)]
    assert admissions_ms(answers, [bill(0, 20)]) == [20, 7]


def test_the_systems_own_log_counts_before_the_meter() -> None:
    answers = [answer(0, "refused", 100)]
    assert judge(CELL, answers, [], []).refused_affordable == 1
    own = judge(CELL, answers, [], [], refused_affordable=0)
    assert (own.refused_affordable, own.refused_near_cap) == (0, 1.0)


def test_faults_are_tried_at_one_place_unless_everywhere() -> None:
    some = Plan((10, 1000), (1, 64), ("none", "kill"))
    cells = [(c.fault, c.cap_calls, c.in_flight) for c in some.cells("naive")]
    assert cells == [("none", 10, 1), ("none", 10, 64), ("none", 1000, 64), ("kill", *FAULTS_AT)]
    assert len(list(replace(some, everywhere=True).cells("naive"))) == 8


def test_faults_are_tried_where_they_can_be_when_their_place_is_not_asked_for() -> None:
    cells = list(Plan((1000,), (8,), ("kill",)).cells("naive"))
    assert [(c.cap_calls, c.in_flight) for c in cells] == [(1000, 8)]


def test_every_fault_is_explained() -> None:
    assert MEANINGS.keys() == set(FAULTS)
