"""What is reserved for a model is never less than what it can cost, and it is settled exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import counting
from streams.core.counting import FRAMING_TOKENS
from streams.core.prices import (
    INPUT,
    MOST_TOKENS,
    OUTPUT,
    ModelPrice,
    PriceBook,
    Rates,
    Usage,
    bound_usd_micros,
    cost_usd_micros,
)

if TYPE_CHECKING:
    from schemas.records import ModelRequest

rate = st.integers(1, 10**8)
tokens = st.integers(0, 10**6)
optional = st.none() | rate


def price(**rates: Any) -> ModelPrice:
    """A price by what it is of; input and output cost 1 when they are left out."""
    given = {"input": 1, "output": 1, **rates}
    return ModelPrice(**{f"{kind}_usd_micros_per_million": rate for kind, rate in given.items()})


prices = st.builds(
    price, input=rate, output=rate, cached_read=optional, cached_write=optional, reasoning=optional
)


@st.composite
def usages(draw: st.DrawFn, most_input: int, most_output: int) -> Usage:
    """What a provider may report of a call within these limits."""
    used, written = draw(st.integers(0, most_input)), draw(st.integers(0, most_output))
    read = draw(st.none() | st.integers(0, used))
    cached = draw(st.none() | st.integers(0, used - (read or 0)))
    return Usage(used, written, read, cached, draw(st.none() | st.integers(0, written)))


@given(st.data(), prices, tokens, tokens)
def test_no_call_within_its_limits_costs_more_than_its_bound(
    data: st.DataObject, of: ModelPrice, sent: int, limit: int
) -> None:
    used = data.draw(usages(sent + FRAMING_TOKENS, limit))
    assert used.sound
    assert cost_usd_micros(of.rates, used) <= bound_usd_micros(of.rates, sent, limit)


@pytest.mark.parametrize("dearest", INPUT + OUTPUT)
def test_the_bound_takes_the_dearest_rate_that_can_apply(dearest: str) -> None:
    rates = price(**{dearest: 9_000_000}).rates
    sent, limit = 1_000, 1_000
    expected = 9 * (sent + FRAMING_TOKENS if dearest in INPUT else limit)
    assert bound_usd_micros(rates, sent, limit) == expected + 1


RATES: Rates = {"input": 10, "output": 100, "cached_read": 1, "cached_write": 20, "reasoning": 200}
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (Usage(5 * MILLION, 2 * MILLION, 0, 0, 0), 5 * 10 + 2 * 100),
        (Usage(5 * MILLION, 2 * MILLION, 3 * MILLION, 1 * MILLION, 2 * MILLION), 10 + 3 + 20 + 400),
        (Usage(5 * MILLION, 0, 5 * MILLION, 0, 0), 5),
    ],
)
def test_what_is_reported_costs_its_own_rate(used: Usage, expected: int) -> None:
    assert cost_usd_micros(RATES, used) == expected


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (Usage(5 * MILLION, 2 * MILLION), 5 * 20 + 2 * 200),
        (Usage(5 * MILLION, 0, 3 * MILLION), 3 * 1 + 2 * 20),
        (Usage(5 * MILLION, 0, None, 1 * MILLION), 20 + 4 * 10),
    ],
)
def test_what_is_not_reported_costs_the_dearest_that_it_may_be(used: Usage, expected: int) -> None:
    assert cost_usd_micros(RATES, used) == expected


def test_what_is_not_priced_apart_costs_as_its_kind() -> None:
    rates = {"input": 10, "output": 100}
    assert cost_usd_micros(rates, Usage(5 * MILLION, MILLION, MILLION, MILLION, MILLION)) == 150


@given(rate, rate, tokens, tokens)
def test_a_cost_is_rounded_up_once(read: int, write: int, used: int, written: int) -> None:
    cost = cost_usd_micros({"input": read, "output": write}, Usage(used, written))
    exact = used * read + written * write
    assert cost * MILLION >= exact > (cost - 1) * MILLION


@pytest.mark.parametrize(
    "used",
    [
        Usage(-1, 1),
        Usage(1, -1),
        Usage(1, 1, -1),
        Usage(MOST_TOKENS + 1, 1),
        Usage(10, 1, 6, 5),
        Usage(1, 10, 0, 0, 11),
        Usage(None, 1),  # type: ignore[arg-type]
        Usage("7", 1),  # type: ignore[arg-type]
        Usage(1.5, 1),  # type: ignore[arg-type]
        Usage(True, 1),
        Usage(float("nan"), 1),  # type: ignore[arg-type]
    ],
)
def test_a_report_that_cannot_be_is_not_sound(used: Usage) -> None:
    assert not used.sound


REQUEST: ModelRequest = {
    "system": "Be kind.",
    "request": "Hello",
    "context": "",
    "answer_schema": "plan",
    "max_output_tokens": 7,
}
ENCODED = b"x" * 40


def book(**rates: Any) -> PriceBook:
    return PriceBook(version="1", models={"m": price(**rates)})


def test_a_quote_is_the_bound_for_the_bytes_and_the_limit_that_are_sent() -> None:
    dear = book(input=MILLION, output=2 * MILLION)
    assert dear.quote_usd_micros("m", REQUEST, ENCODED) == 40 + FRAMING_TOKENS + 2 * 7


def test_a_model_without_a_price_has_no_quote() -> None:
    with pytest.raises(KeyError):
        book().quote_usd_micros("other", REQUEST, ENCODED)


@pytest.mark.parametrize(("counted", "expected"), [(11, 11), (10**6, 40)])
def test_an_exact_counter_lowers_the_bound_and_never_raises_it(
    monkeypatch: pytest.MonkeyPatch, counted: int, expected: int
) -> None:
    monkeypatch.setitem(counting.COUNTERS, "exact", lambda _: counted)
    of = ModelPrice.model_validate({**price(input=MILLION).model_dump(), "counter": "exact"})
    exact = PriceBook(version="1", models={"m": of})
    assert exact.quote_usd_micros("m", REQUEST, ENCODED) == expected + FRAMING_TOKENS + 1


def test_the_name_of_a_book_changes_with_its_content_and_not_with_its_order() -> None:
    one, other = price(input=1), price(input=2)
    first = PriceBook(version="1", models={"a": one, "b": other})
    again = PriceBook(version="1", models={"b": other, "a": one})
    changed = PriceBook(version="1", models={"a": one, "b": one})
    assert first.name == again.name != changed.name
    assert first.name.startswith("1+")
