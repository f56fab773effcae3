"""Writes to a delivered order: return or exchange items, once."""

from __future__ import annotations

from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel
from workflows.retail_support.records import Order
from workflows.retail_support.tools.fields import ItemIds, NewItemIds, OrderId, PaymentMethodId


class ReturnDeliveredOrderItems(StrictModel):
    """Arguments."""

    order_id: OrderId
    item_ids: ItemIds
    payment_method_id: PaymentMethodId


class ExchangeDeliveredOrderItems(StrictModel):
    """Arguments."""

    order_id: OrderId
    item_ids: ItemIds
    new_item_ids: NewItemIds
    payment_method_id: PaymentMethodId


RETURN_DELIVERED_ORDER_ITEMS = ToolSpec(
    name="return_delivered_order_items",
    description="Ask for the return of items of a delivered order; its status becomes 'return "
    "requested' and the customer gets an email on how to send them back. Only after the customer "
    "has seen the details and said yes. Returns the changed order.",
    arguments=ReturnDeliveredOrderItems,
    result=Order,
    effect="write",
    idempotent=True,
)
EXCHANGE_DELIVERED_ORDER_ITEMS = ToolSpec(
    name="exchange_delivered_order_items",
    description="Ask for the exchange of items of a delivered order for other items of the same "
    "products. A delivered order can be returned or exchanged only once, so name all items at "
    "once, and only after the customer has seen the details and said yes. Returns the changed "
    "order.",
    arguments=ExchangeDeliveredOrderItems,
    result=Order,
    effect="write",
    idempotent=True,
)
