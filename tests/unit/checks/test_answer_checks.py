"""What an answer says is cited from approved sources, supported, added up, and in shape."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.checks.answers import Citations, Shape, Sums
from schemas.errors import EvidenceCut
from tests.unit.checks.views import view

PIECES = {
    "policy:refunds": ("policy", b"Refunds above 45 USD wait for 1,250 minutes."),
    "order:#W1": ("order", b'{"price_cents": 12345, "name": "Lamp"}'),
    "web:1": ("web", b"99"),
}
CITED = Citations(sources=("policy", "order"))


def found(answer: str, *cited: str, check: Citations = CITED) -> list[str]:
    return list(check(view(answer, cited, PIECES)))


def test_figures_that_a_cited_source_has_are_supported() -> None:
    assert found("You get 123.45 USD back in 1250 minutes.", *list(PIECES)[:2]) == []
    assert found("Order #W1 is done.", "policy:refunds") == []


@pytest.mark.parametrize(
    ("answer", "cited", "problem"),
    [
        ("Done.", (), "the answer cites 0 of at least 1 sources"),
        ("Done.", ("policy:none",), "policy:none was not read"),
        ("Done.", ("web:1",), "web:1 is web, which is no approved source"),
        ("You get 123.46 USD.", ("order:#W1",), "no cited source has the figure 123.46"),
        ("It is 123.45 USD.", ("policy:refunds",), "no cited source has the figure 123.45"),
    ],
)
def test_what_is_not_cited_approved_or_supported_is_said(
    answer: str, cited: tuple[str, ...], problem: str
) -> None:
    assert problem in found(answer, *cited)


def test_figures_can_be_left_unchecked() -> None:
    lenient = Citations(sources=("policy",), at_least=0, figures=False)
    assert found("It is 7 USD.", check=lenient) == []


@given(st.integers(1, 1000))
def test_a_part_of_a_source_supports_nothing(lost_bytes: int) -> None:
    cut = view("45 USD", ("policy:refunds",), PIECES, lost_bytes=lost_bytes)
    with pytest.raises(EvidenceCut):
        list(CITED(cut))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(-50, 50))
def test_a_sum_holds_exactly_when_it_adds_up(left: int, right: int, off: int) -> None:
    written = f"In cents, {left} + {right} = {max(0, left + right + off)}."
    holds = max(0, left + right + off) == left + right
    assert (list(Sums()(view(written))) == []) == holds


@pytest.mark.parametrize(
    ("written", "holds"),
    [
        ("2 + 3 * 4 = 14", True),
        ("2 + 3 * 4 = 20", False),
        ("10 / 3 = 3.33", True),
        ("10 - 2.50 = 7.5", True),
        ("1 / 0 = 1", False),
        ("no sums here", True),
    ],
)
def test_sums_are_worked_out_with_products_first(written: str, *, holds: bool) -> None:
    assert (list(Sums()(view(written))) == []) == holds


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"name": "x", "count": 1}, None),
        ({"name": "x"}, "count is missing"),
        ({"name": "x", "count": 1, "more": 1}, "more is no field of the answer"),
        ({"name": "x", "count": "1"}, "count is no whole number"),
        ({"name": "x", "count": True}, "count is no whole number"),
        ([1], "the answer is no JSON object"),
    ],
)
def test_an_answer_in_fields_has_exactly_its_fields(answer: object, problem: str | None) -> None:
    shape = Shape(fields={"name": "text", "count": "whole_number"})
    assert next(shape(view(orjson.dumps(answer).decode())), None) == problem
