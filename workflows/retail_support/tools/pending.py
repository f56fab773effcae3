"""Writes to a pending order: cancel it, or change its items, payment or address."""

from __future__ import annotations

from pydantic import Field

from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel
from workflows.retail_support.records import CancelReason, Order
from workflows.retail_support.tools.fields import (
    AddressLines,
    ItemIds,
    NewItemIds,
    OrderId,
    PaymentMethodId,
)


class CancelPendingOrder(StrictModel):
    """Arguments."""

    order_id: OrderId
    reason: CancelReason = Field(description="Why the customer cancels.")


class ModifyPendingOrderItems(StrictModel):
    """Arguments."""

    order_id: OrderId
    item_ids: ItemIds
    new_item_ids: NewItemIds
    payment_method_id: PaymentMethodId


class ModifyPendingOrderPayment(StrictModel):
    """Arguments."""

    order_id: OrderId
    payment_method_id: PaymentMethodId


class ModifyPendingOrderAddress(AddressLines):
    """Arguments."""

    order_id: OrderId


CANCEL_PENDING_ORDER = ToolSpec(
    name="cancel_pending_order",
    description="Cancel a pending order and refund it; a processed or delivered order cannot be "
    "cancelled. A gift card is refunded at once, anything else within 5 to 7 business days. Only "
    "after the customer has seen the details and said yes. Returns the cancelled order.",
    arguments=CancelPendingOrder,
    result=Order,
    effect="write",
    idempotent=True,
)
MODIFY_PENDING_ORDER_ITEMS = ToolSpec(
    name="modify_pending_order_items",
    description="Replace items of a pending order by other items of the same products. Possible "
    "once for an order, so name all items at once, and only after the customer has seen the "
    "details and said yes. Returns the changed order.",
    arguments=ModifyPendingOrderItems,
    result=Order,
    effect="write",
    idempotent=True,
)
MODIFY_PENDING_ORDER_PAYMENT = ToolSpec(
    name="modify_pending_order_payment",
    description="Pay a pending order by another payment method and refund the first. Only after "
    "the customer has seen the details and said yes. Returns the changed order.",
    arguments=ModifyPendingOrderPayment,
    result=Order,
    effect="write",
    idempotent=True,
)
MODIFY_PENDING_ORDER_ADDRESS = ToolSpec(
    name="modify_pending_order_address",
    description="Send a pending order to another address. Only after the customer has seen the "
    "details and said yes. Returns the changed order.",
    arguments=ModifyPendingOrderAddress,
    result=Order,
    effect="write",
    idempotent=True,
)
