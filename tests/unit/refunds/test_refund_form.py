"""The typed request for a small refund: exact amounts, and a clear word for all that is none."""

from __future__ import annotations

import pytest

from schemas.errors import NonConforming
from workflows.small_refund.form import FORM


def form(amount: str, more: str = "") -> str:
    return f'{{"order_id": "#W1", "amount_usd": {amount}, "reason": "it arrived broken"{more}}}'


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("0", 0),
        ("0.01", 1),
        ("44.99", 4_499),
        ("45", 4_500),
        ("45.00", 4_500),
        ("4.5e1", 4_500),
        ("50.000", 5_000),
        ("1.10", 110),
        ("-0.0", 0),
    ],
)
def test_an_amount_becomes_exactly_its_cents(written: str, cents: int) -> None:
    (step,) = FORM.steps(form(written)) or ()
    assert step == (
        "refund",
        {"order_id": "#W1", "amount_usd_cents": cents, "reason": "it arrived broken"},
    )


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("50.01", "must be 0 to 50.00"),
        ("50.000000000000000000000000001", "must be 0 to 50.00"),
        ("1e999999", "must be 0 to 50.00"),
        ("-0.01", "must be 0 to 50.00"),
        ("44.999", "must be in whole cents"),
        ("44.990000000000000000000000000001", "must be in whole cents"),
        ("1e-999999", "must be in whole cents"),
        ("NaN", "NaN is none"),
        ("Infinity", "Infinity is none"),
        ("-Infinity", "-Infinity is none"),
        ('"44.99"', "without quotes"),
        ("true", "without quotes"),
        ("null", "without quotes"),
        ("[44]", "without quotes"),
    ],
)
def test_what_is_no_amount_is_refused_with_field_and_reason(written: str, reason: str) -> None:
    with pytest.raises(NonConforming, match=reason) as refused:
        FORM.steps(form(written))
    assert refused.value.field == "amount_usd"


@pytest.mark.parametrize(
    ("request_text", "field", "reason"),
    [
        ('{"order_id": "#W1", "amount_usd": 1}', "reason", "required"),
        (form("1", ', "to": "me"'), "to", "not permitted"),
        (form("1", ', "amount_usd": 2'), "", "amount_usd stands twice"),
        (form("1").replace("#W1", "W1; drop"), "order_id", "match pattern"),
        (form("1").replace("broken", "\\u0000"), "reason", "match pattern"),
        (form("1").replace("broken", "x" * 500), "reason", "at most 500"),
        ("{", "", "is not JSON"),
        (form("1e99999999999999999999"), "", "is not JSON"),
        (form("9" * 5_000), "", "is not JSON"),
        ('{"a":' * 5_000, "", "is not JSON"),
    ],
)
def test_a_form_that_is_not_as_it_must_be_is_told_where(
    request_text: str, field: str, reason: str
) -> None:
    with pytest.raises(NonConforming, match=reason) as refused:
        FORM.steps(request_text)
    assert refused.value.field == field


@pytest.mark.parametrize("words", ["Please refund 20 USD of #W1.", '"{}"', "[]", "", "45.00"])
def test_plain_words_are_no_form(words: str) -> None:
    assert FORM.steps(words) is None
