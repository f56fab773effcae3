"""What is reserved for a model is never less than what it can cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.prices import FRAMING_TOKENS, ModelPrice, PriceBook

rates = st.integers(0, 10**8)
tokens = st.integers(0, 10**6)
shares = st.floats(0, 1)


def book(input_rate: int, output_rate: int) -> PriceBook:
    price = ModelPrice(
        input_usd_micros_per_million=input_rate, output_usd_micros_per_million=output_rate
    )
    return PriceBook(version="1", models={"m": price})


@given(st.builds(book, rates, rates), tokens, tokens, shares, shares)
def test_no_call_within_its_limits_costs_more_than_its_worst_case(
    prices: PriceBook, sent_bytes: int, limit: int, read: float, written: float
) -> None:
    worst = prices.worst_case_usd_micros("m", sent_bytes, limit)
    input_tokens = int((sent_bytes + FRAMING_TOKENS) * read)
    assert prices.cost_usd_micros("m", input_tokens, int(limit * written)) <= worst


@given(rates, rates, tokens, tokens)
def test_a_cost_is_rounded_up(input_rate: int, output_rate: int, used: int, written: int) -> None:
    cost = book(input_rate, output_rate).cost_usd_micros("m", used, written)
    exact = used * input_rate + written * output_rate
    assert cost * 1_000_000 >= exact > (cost - 1) * 1_000_000


def test_one_token_costs_at_least_one_micro() -> None:
    assert book(1, 0).cost_usd_micros("m", 1, 0) == 1


def test_what_is_used_in_part_is_added_before_it_is_rounded() -> None:
    assert book(500_000, 500_000).cost_usd_micros("m", 1, 1) == 1


def test_a_model_without_a_price_has_no_worst_case() -> None:
    with pytest.raises(KeyError):
        book(1, 1).worst_case_usd_micros("other", 1, 1)
