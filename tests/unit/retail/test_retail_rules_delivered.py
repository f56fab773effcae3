"""Rules for delivered orders."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import ToolRefusal
from tests.unit.retail.cases import case, payment
from workflows.retail_support.records import OrderStatus
from workflows.retail_support.store.rules import delivered
from workflows.retail_support.tools.delivered import (
    ExchangeDeliveredOrderItems,
    ReturnDeliveredOrderItems,
)

OTHERS: tuple[OrderStatus, ...] = (
    *("pending", "pending (item modified)", "processed"),
    *("cancelled", "return requested", "exchange requested"),
)


def give_back(items: tuple[str, ...], method: str = "credit_card_1") -> ReturnDeliveredOrderItems:
    """Arguments."""
    return ReturnDeliveredOrderItems(order_id="#W1", item_ids=items, payment_method_id=method)


def swap(
    old: tuple[str, ...], new: tuple[str, ...], method: str = "credit_card_1"
) -> ExchangeDeliveredOrderItems:
    """Arguments."""
    return ExchangeDeliveredOrderItems(
        order_id="#W1", item_ids=old, new_item_ids=new, payment_method_id=method
    )


@pytest.mark.parametrize("status", OTHERS)
@pytest.mark.parametrize(
    ("rule", "arguments", "purpose"),
    [
        (delivered.return_items, give_back(("nothing",), "nothing"), "returned"),
        (delivered.exchange_items, swap(("nothing",), ("nothing",), "nothing"), "exchanged"),
    ],
)
def test_only_a_delivered_order_comes_back_and_this_is_checked_first(
    rule: Any, arguments: Any, purpose: str, status: OrderStatus
) -> None:
    with pytest.raises(ToolRefusal, match=f"^Error: non-delivered order cannot be {purpose}$"):
        rule(arguments, case(status))


@pytest.mark.parametrize("method", ["credit_card_1", "gift_card_2"])
def test_a_return_is_noted_sorted_for_the_original_method_or_a_gift_card_and_moves_no_money(
    method: str,
) -> None:
    before = case("delivered")
    after = delivered.return_items(give_back(("shirt_s", "lamp_a"), method), before)
    assert after.order == before.order.replaced(
        status="return requested",
        return_items=("lamp_a", "shirt_s"),
        return_payment_method_id=method,
    )
    assert after.user == before.user


@pytest.mark.parametrize(
    ("items", "method", "reason"),
    [
        (("shirt_m",), "no_card", "payment method not found"),
        (
            ("shirt_m",),
            "paypal_1",
            "payment method should be either the original payment method or a gift card",
        ),
        (("shirt_m",), "credit_card_1", "some item not found"),
        (("shirt_s", "shirt_s"), "credit_card_1", "some item not found"),
    ],
)
def test_a_return_is_refused(items: tuple[str, ...], method: str, reason: str) -> None:
    with pytest.raises(ToolRefusal, match=f"^Error: {reason}$"):
        delivered.return_items(give_back(items, method), case("delivered"))


def test_an_exchange_is_noted_sorted_with_its_price_difference_and_moves_no_money() -> None:
    before = case("delivered", items=("shirt_s", "shirt_m"))
    arguments = swap(("shirt_s", "shirt_m"), ("shirt_m", "shirt_m"), "gift_card_1")
    after = delivered.exchange_items(arguments, before)
    assert after.order == before.order.replaced(
        status="exchange requested",
        exchange_items=("shirt_m", "shirt_s"),
        exchange_new_items=("shirt_m", "shirt_m"),
        exchange_payment_method_id="gift_card_1",
        exchange_price_difference_cents=250,
    )
    assert after.user == before.user


def test_an_exchange_for_something_cheaper_owes_the_customer_even_on_an_empty_gift_card() -> None:
    before = case("delivered", items=("shirt_m",))
    after = delivered.exchange_items(swap(("shirt_m",), ("shirt_s",), "gift_card_2"), before)
    assert after.order.exchange_price_difference_cents == -250


@pytest.mark.parametrize(
    ("old", "new", "method", "reason"),
    [
        (("shirt_m",), ("lamp_a", "lamp_a"), "no_card", "shirt_m not found"),
        (
            ("shirt_s",),
            ("lamp_a", "lamp_a"),
            "no_card",
            "the number of items to be exchanged should match",
        ),
        (("shirt_s",), ("lamp_a",), "no_card", "new item lamp_a not found or available"),
        (("shirt_s",), ("shirt_m",), "no_card", "payment method not found"),
        (
            ("shirt_s",),
            ("shirt_m",),
            "gift_card_2",
            "insufficient gift card balance to pay for the price difference",
        ),
    ],
)
def test_an_exchange_is_refused(
    old: tuple[str, ...], new: tuple[str, ...], method: str, reason: str
) -> None:
    with pytest.raises(ToolRefusal, match=f"^Error: {reason}$"):
        delivered.exchange_items(swap(old, new, method), case("delivered"))


def test_the_original_payment_method_is_the_first_in_the_history() -> None:
    history = (payment(1, "paypal_1"), payment(1, "credit_card_1"))
    after = delivered.return_items(
        give_back(("shirt_s",), "paypal_1"), case("delivered", payments=history)
    )
    assert after.order.return_payment_method_id == "paypal_1"
