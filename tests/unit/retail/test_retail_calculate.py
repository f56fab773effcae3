"""The calculator: exact, bounded, and deaf to everything but arithmetic."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ToolRefusal
from workflows.retail_support.store.rules.calculate import calculate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 2", "4.0"),
        (" (1.5 - 3) * -2 ", "3.0"),
        ("10 / 4", "2.5"),
        ("2 / 3", "0.67"),
        ("0.1 + 0.2", "0.3"),
        ("-0.001", "0.0"),
        ("12345678901234567890.12 + 0.01", "12345678901234567890.13"),
    ],
)
def test_a_value_is_exact_and_shown_with_one_or_two_decimals(expression: str, value: str) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize(("expression", "value"), [("0.125", "0.12"), ("0.135", "0.14")])
def test_half_a_cent_goes_to_the_even_cent(expression: str, value: str) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize("expression", ["1 / 0", "0 / 0", "1 / (2 - 2)"])
def test_division_by_zero_is_refused(expression: str) -> None:
    with pytest.raises(ToolRefusal, match=r"^Error: division by zero$"):
        calculate(expression)


@pytest.mark.parametrize("expression", ["__import__('os')", "2 ^ 2", "1e5", "1,5", "2\n+2", "²"])
def test_characters_outside_arithmetic_are_refused(expression: str) -> None:
    with pytest.raises(ToolRefusal, match=r"^Error: invalid characters in expression$"):
        calculate(expression)


@pytest.mark.parametrize(
    "expression",
    ["", " ", "2 +", "()", "(1", "1 2", "...", "2 ** 3", "7 // 2", "1(2)", "(" * 250, "-" * 500],
)
def test_what_is_not_an_expression_is_refused(expression: str) -> None:
    with pytest.raises(ToolRefusal, match=r"^Error: invalid expression$"):
        calculate(expression)


def test_a_value_too_large_to_be_exact_is_refused() -> None:
    with pytest.raises(ToolRefusal, match=r"^Error: value too large$"):
        calculate("9" * 60)


@given(st.text("0123456789+-*/(). ", max_size=60))
def test_any_arithmetic_text_gives_a_number_or_a_refusal(expression: str) -> None:
    with suppress(ToolRefusal):
        assert Decimal(calculate(expression)).is_finite()


cents = st.decimals(-1000, 1000, places=2)


@given(cents, cents)
def test_sums_of_money_are_exact(left: Decimal, right: Decimal) -> None:
    assert Decimal(calculate(f"{left} + {right}")) == left + right
