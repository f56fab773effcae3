"""Rules for pending orders, to the cent."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import ToolRefusal
from tests.unit.retail.cases import balance_cents, case, payment
from workflows.retail_support.records import OrderStatus, Payment
from workflows.retail_support.store.rules import pending
from workflows.retail_support.tools.pending import (
    CancelPendingOrder,
    ModifyPendingOrderAddress,
    ModifyPendingOrderItems,
    ModifyPendingOrderPayment,
)

OTHERS: tuple[OrderStatus, ...] = (
    *("pending (item modified)", "processed", "delivered"),
    *("cancelled", "return requested", "exchange requested"),
)
CANCEL = CancelPendingOrder(order_id="#W1", reason="no longer needed")
ADDRESS = ModifyPendingOrderAddress(
    order_id="#W1", address1="2 Oak", address2="", city="Y", state="CA", country="USA", zip="9"
)


def replace_items(
    old: tuple[str, ...], new: tuple[str, ...], method: str = "credit_card_1"
) -> ModifyPendingOrderItems:
    """Arguments."""
    return ModifyPendingOrderItems(
        order_id="#W1", item_ids=old, new_item_ids=new, payment_method_id=method
    )


def pay_by(method: str) -> ModifyPendingOrderPayment:
    """Arguments."""
    return ModifyPendingOrderPayment(order_id="#W1", payment_method_id=method)


@pytest.mark.parametrize("status", OTHERS)
@pytest.mark.parametrize(
    ("rule", "arguments", "purpose"),
    [
        (pending.cancel, CANCEL, "cancelled"),
        (pending.modify_items, replace_items(("nothing",), ("nothing",)), "modified"),
        (pending.modify_payment, pay_by("nothing"), "modified"),
        (pending.modify_address, ADDRESS, "modified"),
    ],
)
def test_only_a_pending_order_changes_and_this_is_checked_first(
    rule: Any, arguments: Any, purpose: str, status: OrderStatus
) -> None:
    with pytest.raises(ToolRefusal, match=f"^Error: non-pending order cannot be {purpose}$"):
        rule(arguments, case(status))


def test_cancelling_notes_the_reason_and_refunds_a_credit_card_without_touching_the_customer() -> (
    None
):
    before = case()
    after = pending.cancel(CANCEL, before)
    assert after.order.status == "cancelled"
    assert after.order.cancel_reason == "no longer needed"
    refund = payment(6_000, kind="refund")
    assert after.order.payment_history == (payment(6_000), refund)
    assert after.user == before.user


def test_cancelling_refunds_a_gift_card_at_once() -> None:
    after = pending.cancel(CANCEL, case(payments=(payment(6_000, "gift_card_1"),)))
    assert balance_cents(after) == 8_000


def test_cancelling_after_a_changed_payment_refunds_the_total_once_to_who_paid_it_last() -> None:
    history = (
        payment(6_000, "gift_card_1"),
        payment(6_000),
        payment(6_000, "gift_card_1", "refund"),
    )
    after = pending.cancel(CANCEL, case(payments=history))
    assert after.order.payment_history == (*history, payment(6_000, kind="refund"))
    assert balance_cents(after) == 2_000


@pytest.mark.parametrize(
    ("old", "new", "entry", "gift_card_cents"),
    [
        (("shirt_s",), ("shirt_m",), payment(250, "gift_card_1"), 1_750),
        (("shirt_m",), ("shirt_s",), payment(250, "gift_card_1", "refund"), 2_250),
        (("shirt_s",), ("shirt_s",), payment(0, "gift_card_1", "refund"), 2_000),
    ],
)
def test_a_price_difference_is_paid_or_refunded_at_once_and_none_counts_as_a_refund(
    old: tuple[str, ...], new: tuple[str, ...], entry: Payment, gift_card_cents: int
) -> None:
    before = case(items=old)
    after = pending.modify_items(replace_items(old, new, "gift_card_1"), before)
    assert after.order.payment_history[1:] == (entry,)
    assert balance_cents(after) == gift_card_cents


def test_modified_items_take_id_price_and_options_of_the_variant_in_their_place() -> None:
    after = pending.modify_items(replace_items(("shirt_s",), ("shirt_m",)), case())
    first, second = after.order.items
    assert (first.item_id, first.price_cents, first.options) == (
        "shirt_m",
        1_250,
        {"size": "shirt_m"},
    )
    assert second == case().order.items[1]
    assert after.order.status == "pending (item modified)"


def test_pieces_of_the_same_item_are_replaced_one_by_one() -> None:
    before = case(items=("shirt_s", "shirt_s", "shirt_s"))
    arguments = replace_items(("shirt_s", "shirt_s"), ("shirt_m", "shirt_m"))
    after = pending.modify_items(arguments, before)
    assert [item.item_id for item in after.order.items] == ["shirt_m", "shirt_m", "shirt_s"]
    assert after.order.payment_history[-1] == payment(500)


# Each row breaks every later rule too, so the table also states the order of the checks.
@pytest.mark.parametrize(
    ("old", "new", "method", "reason"),
    [
        (("shirt_s", "shirt_s"), ("lamp_a",), "no_card", "shirt_s not found"),
        (("shirt_m",), (), "no_card", "shirt_m not found"),
        (
            ("shirt_s",),
            ("lamp_a", "lamp_a"),
            "no_card",
            "the number of items to be exchanged should match",
        ),
        (("shirt_s",), ("lamp_a",), "no_card", "new item lamp_a not found or available"),
        (
            ("shirt_s",),
            ("shirt_sold_out",),
            "no_card",
            "new item shirt_sold_out not found or available",
        ),
        (("shirt_s",), ("shirt_m",), "no_card", "payment method not found"),
        (
            ("shirt_s",),
            ("shirt_m",),
            "gift_card_2",
            "insufficient gift card balance to pay for the new item",
        ),
    ],
)
def test_items_are_not_modified(
    old: tuple[str, ...], new: tuple[str, ...], method: str, reason: str
) -> None:
    arguments = replace_items(("x",), ("x",), method).model_copy(
        update={"item_ids": old, "new_item_ids": new}
    )
    with pytest.raises(ToolRefusal, match=f"^Error: {reason}$"):
        pending.modify_items(arguments, case())


def test_a_gift_card_may_be_spent_to_the_last_cent() -> None:
    arguments = replace_items(("shirt_s",), ("shirt_m",), "gift_card_1")
    after = pending.modify_items(arguments, case(gift_card_cents=250))
    assert balance_cents(after) == 0
    with pytest.raises(ToolRefusal, match="insufficient"):
        pending.modify_items(arguments, case(gift_card_cents=249))


def test_another_payment_method_pays_and_the_first_is_refunded() -> None:
    before = case(payments=(payment(1_500, "gift_card_2"),))
    after = pending.modify_payment(pay_by("gift_card_1"), before)
    assert after.order.status == "pending"
    assert after.order.payment_history == (
        payment(1_500, "gift_card_2"),
        payment(1_500, "gift_card_1"),
        payment(1_500, "gift_card_2", "refund"),
    )
    assert (balance_cents(after), balance_cents(after, "gift_card_2")) == (500, 1_500)


@pytest.mark.parametrize(
    ("method", "payments", "reason"),
    [
        ("no_card", (), "payment method not found"),
        ("gift_card_2", (), "there should be exactly one payment for a pending order"),
        (
            "credit_card_1",
            (payment(1), payment(1)),
            "there should be exactly one payment for a pending order",
        ),
        (
            "credit_card_1",
            (payment(1, kind="refund"),),
            "there should be exactly one payment for a pending order",
        ),
        (
            "gift_card_2",
            (payment(1, "gift_card_2"),),
            "the new payment method should be different from the current one",
        ),
        (
            "gift_card_1",
            (payment(2_001),),
            "insufficient gift card balance to pay for the order",
        ),
    ],
)
def test_a_payment_is_not_modified(method: str, payments: tuple[Payment, ...], reason: str) -> None:
    with pytest.raises(ToolRefusal, match=f"^Error: {reason}$"):
        pending.modify_payment(pay_by(method), case(payments=payments))


def test_a_new_shipping_address_replaces_the_whole_old_one_and_nothing_else() -> None:
    before = case()
    after = pending.modify_address(ADDRESS, before)
    assert after.order.address == pending.address_of(ADDRESS)
    assert after.order.replaced(address=before.order.address) == before.order
    assert after.user == before.user
