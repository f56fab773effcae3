"""Dollars on paper, cents in the store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import NonConforming
from workflows.retail_support.recorded import as_recorded, from_recorded
from workflows.retail_support.records import PaymentMethod, Variant
from workflows.retail_support.tools.lookups import FoundUser, ProductTypes


@given(st.integers(-(10**12), 10**12))
def test_any_amount_of_cents_survives_being_written_in_dollars(cents: int) -> None:
    card = PaymentMethod(source="gift_card", id="g", balance_cents=cents)
    assert from_recorded(PaymentMethod, as_recorded(card)) == card


def test_a_recorded_record_has_dollars_and_only_the_keys_that_apply() -> None:
    card = PaymentMethod(source="gift_card", id="g", balance_cents=1_999)
    assert as_recorded(card) == {"source": "gift_card", "id": "g", "balance": 19.99}
    assert as_recorded(PaymentMethod(source="paypal", id="p")) == {"source": "paypal", "id": "p"}


def test_options_are_never_taken_for_money_and_availability_stays_a_truth_value() -> None:
    record = {"item_id": "1", "options": {"price_cents": "2"}, "available": True, "price": 5}
    variant = Variant(item_id="1", options={"price_cents": "2"}, available=True, price_cents=500)
    assert from_recorded(Variant, record) == variant
    assert as_recorded(variant) == record


def test_a_record_with_an_unknown_key_is_refused_by_name() -> None:
    with pytest.raises(NonConforming, match="colour"):
        from_recorded(PaymentMethod, {"source": "paypal", "id": "p", "colour": "red"})


def test_a_result_with_one_field_is_recorded_as_its_value() -> None:
    assert as_recorded(FoundUser(user_id="ann")) == "ann"
    assert as_recorded(ProductTypes(product_ids={"Lamp": "1"})) == {"Lamp": "1"}
