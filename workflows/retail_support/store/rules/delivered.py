"""What may be asked for a delivered order. No money moves until the goods are back."""

from __future__ import annotations

from dataclasses import replace

from workflows.retail_support.records import Order
from workflows.retail_support.store.rules.case import Case, refusal
from workflows.retail_support.store.rules.items import (
    first_not_held,
    price_difference_cents,
    replacements,
)
from workflows.retail_support.store.rules.money import covers, payment_method
from workflows.retail_support.tools.delivered import (
    ExchangeDeliveredOrderItems,
    ReturnDeliveredOrderItems,
)


def return_items(arguments: ReturnDeliveredOrderItems, case: Case) -> Case:
    """Note what comes back, and the payment method that will be refunded."""
    _require_delivered(case.order, "returned")
    method = payment_method(case.user, arguments.payment_method_id)
    original = case.order.payment_history[0].payment_method_id
    if method.source != "gift_card" and method.id != original:
        raise refusal("payment method should be either the original payment method or a gift card")
    if first_not_held(case.order, arguments.item_ids) is not None:
        raise refusal("some item not found")
    order = case.order.replaced(
        status="return requested",
        return_items=tuple(sorted(arguments.item_ids)),
        return_payment_method_id=method.id,
    )
    return replace(case, order=order)


def exchange_items(arguments: ExchangeDeliveredOrderItems, case: Case) -> Case:
    """Note what comes back, what goes out and who will owe the difference."""
    _require_delivered(case.order, "exchanged")
    pairs = replacements(case, arguments.item_ids, arguments.new_item_ids)
    method = payment_method(case.user, arguments.payment_method_id)
    owed_cents = price_difference_cents(pairs)
    if not covers(method, owed_cents):
        raise refusal("insufficient gift card balance to pay for the price difference")
    order = case.order.replaced(
        status="exchange requested",
        exchange_items=tuple(sorted(arguments.item_ids)),
        exchange_new_items=tuple(sorted(arguments.new_item_ids)),
        exchange_payment_method_id=method.id,
        exchange_price_difference_cents=owed_cents,
    )
    return replace(case, order=order)


def _require_delivered(order: Order, purpose: str) -> None:
    if order.status != "delivered":
        raise refusal(f"non-delivered order cannot be {purpose}")
