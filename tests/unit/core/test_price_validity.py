"""A model's price holds on its days: on any other its calls are refused, and told what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from streams.core.prices import ModelPrice, PriceBook
from tests.builders import MODEL, PRICES, workflow
from tests.unit.core.journey import Journey

TODAY = date(2026, 1, 5)
"""The day of `NOON_MS`."""
DAY = timedelta(days=1)


def asked_on_days(first: date | None, last: date | None) -> Journey:
    rates = {
        "input_usd_micros_per_million": 1_000_000,
        "output_usd_micros_per_million": 2_000_000,
    }
    price = ModelPrice.model_validate({**rates, "valid_from": first, "valid_until": last})
    book = PriceBook(version="dated", models={MODEL: price})
    held = Journey(replace(workflow(), prices=book))
    held.start()
    return held


@pytest.mark.parametrize(("first", "last"), [(None, None), (TODAY, TODAY), (TODAY - DAY, None)])
def test_a_price_holds_on_its_first_and_on_its_last_day(
    first: date | None, last: date | None
) -> None:
    assert asked_on_days(first, last).until_call(MODEL)["rates"]["input"] == 1_000_000


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (TODAY + DAY, None, "is valid from 2026-01-06 on"),
        (None, TODAY - DAY, "was valid until 2026-01-04"),
    ],
)
def test_on_any_other_day_the_call_is_refused_with_how_to_renew(
    first: date | None, last: date | None, told: str
) -> None:
    outcome = asked_on_days(first, last).finish()
    assert outcome["outcome"] == "escalated"
    assert f"price: {MODEL}: its price in price book dated+" in str(outcome["error"])
    assert told in str(outcome["error"])
    assert "write the price that holds now into agents/price_book.yaml" in str(outcome["error"])


def test_a_price_ends_with_its_last_day_in_utc() -> None:
    price = PRICES.models[MODEL].model_copy(update={"valid_until": TODAY})
    midnight_ms = int(datetime(2026, 1, 6, tzinfo=UTC).timestamp() * 1000)
    assert price.out_of_force(midnight_ms - 1) is None
    assert price.out_of_force(midnight_ms) == "was valid until 2026-01-05"
