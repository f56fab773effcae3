"""What may be done to a pending order."""

from __future__ import annotations

from dataclasses import replace

from workflows.retail_support.records import Address, Order, Payment, TransactionType
from workflows.retail_support.store.rules.case import Case, refusal
from workflows.retail_support.store.rules.items import (
    price_difference_cents,
    replacements,
    with_replaced,
)
from workflows.retail_support.store.rules.money import (
    covers,
    credited,
    paid_by_method,
    payment_method,
)
from workflows.retail_support.tools.fields import AddressLines
from workflows.retail_support.tools.pending import (
    CancelPendingOrder,
    ModifyPendingOrderAddress,
    ModifyPendingOrderItems,
    ModifyPendingOrderPayment,
)


def cancel(arguments: CancelPendingOrder, case: Case) -> Case:
    """Refund what each payment method has paid and not got back; gift cards at once.

    Recorded cancellations follow one payment each; of one that follows a changed payment there is
    no record, and the policy says that the total is refunded: once.
    """
    _require_pending(case.order, "cancelled")
    user, refunds = case.user, []
    for method_id, paid_cents in paid_by_method(case.order.payment_history).items():
        user = credited(user, method_id, paid_cents)
        refunds.append(_entry("refund", paid_cents, method_id))
    order = case.order.replaced(
        status="cancelled",
        cancel_reason=arguments.reason,
        payment_history=(*case.order.payment_history, *refunds),
    )
    return replace(case, order=order, user=user)


def modify_items(arguments: ModifyPendingOrderItems, case: Case) -> Case:
    """Replace items once, and pay or refund the difference at once."""
    _require_pending(case.order, "modified")
    pairs = replacements(case, arguments.item_ids, arguments.new_item_ids)
    method = payment_method(case.user, arguments.payment_method_id)
    owed_cents = price_difference_cents(pairs)
    if not covers(method, owed_cents):
        raise refusal("insufficient gift card balance to pay for the new item")
    kind: TransactionType = "payment" if owed_cents > 0 else "refund"
    order = case.order.replaced(
        status="pending (item modified)",
        items=with_replaced(case.order, pairs),
        payment_history=(*case.order.payment_history, _entry(kind, abs(owed_cents), method.id)),
    )
    return replace(case, order=order, user=credited(case.user, method.id, -owed_cents))


def modify_payment(arguments: ModifyPendingOrderPayment, case: Case) -> Case:
    """Pay again by another method, and refund the first."""
    _require_pending(case.order, "modified")
    method = payment_method(case.user, arguments.payment_method_id)
    paid = _only_payment(case.order)
    if method.id == paid.payment_method_id:
        raise refusal("the new payment method should be different from the current one")
    if not covers(method, paid.amount_cents):
        raise refusal("insufficient gift card balance to pay for the order")
    user = credited(case.user, method.id, -paid.amount_cents)
    user = credited(user, paid.payment_method_id, paid.amount_cents)
    payment = paid.replaced(payment_method_id=method.id)
    refund = paid.replaced(transaction_type="refund")
    order = case.order.replaced(payment_history=(paid, payment, refund))
    return replace(case, order=order, user=user)


def modify_address(arguments: ModifyPendingOrderAddress, case: Case) -> Case:
    """Send the order elsewhere."""
    _require_pending(case.order, "modified")
    return replace(case, order=case.order.replaced(address=address_of(arguments)))


def address_of(lines: AddressLines) -> Address:
    """The address in some arguments."""
    return Address.model_validate(lines.model_dump(include=set(Address.model_fields)))


def _require_pending(order: Order, purpose: str) -> None:
    if order.status != "pending":
        raise refusal(f"non-pending order cannot be {purpose}")


def _only_payment(order: Order) -> Payment:
    if [entry.transaction_type for entry in order.payment_history] != ["payment"]:
        raise refusal("there should be exactly one payment for a pending order")
    return order.payment_history[0]


def _entry(kind: TransactionType, amount_cents: int, payment_method_id: str) -> Payment:
    return Payment(
        transaction_type=kind, amount_cents=amount_cents, payment_method_id=payment_method_id
    )
