"""Before a write: the store's written policy, and whose records these are.

Worked out from `data/policy_wiki.md`, apart from the store's own rules: two derivations that agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from agents.checks.before import NOT_THERE, Proposed
from schemas.strict import StrictModel

Record = Mapping[str, Any]


def own_records(proposed: Proposed) -> Iterator[str]:
    """The order and the customer that the step names are the run's own."""
    owner = proposed.view.run["user_id"]
    if proposed.arguments.get("user_id", owner) != owner:
        yield f"{proposed.arguments['user_id']} is another customer"
    order_id = proposed.arguments.get("order_id")
    if order_id is not None:
        order = proposed.record(f"order:{order_id}")
        if order is None or order["user_id"] != owner:
            yield f"{order_id} {NOT_THERE}"


class OrderStatus(StrictModel):
    """Who may do what when: the statuses of an order in which each tool may act on it."""

    statuses: Mapping[str, tuple[str, ...]]

    def __call__(self, proposed: Proposed) -> Iterator[str]:
        """An order in another status."""
        order = _order(proposed)
        if order is None:
            return
        allowed = self.statuses.get(proposed.tool, ())
        if order["status"] not in allowed:
            may = " or ".join(allowed) or "no status at all"
            yield f"{order['order_id']} is {order['status']}, and this needs {may}"


def items_of_the_order(proposed: Proposed) -> Iterator[str]:
    """Every item is in the order, as often as it is named."""
    order = _order(proposed)
    if order is None or "item_ids" not in proposed.arguments:
        return
    held = Counter(item["item_id"] for item in order["items"])
    for item_id, count in Counter(proposed.arguments["item_ids"]).items():
        if held[item_id] < count:
            yield f"{order['order_id']} has {held[item_id]} of {item_id}, not {count}"


def same_product(proposed: Proposed) -> Iterator[str]:
    """Every new item is an available item of the same product as the one that it replaces."""
    order, new_ids = _order(proposed), proposed.arguments.get("new_item_ids")
    if order is None or new_ids is None:
        return
    old_ids = proposed.arguments["item_ids"]
    if len(old_ids) != len(new_ids):
        yield f"{len(old_ids)} items are to be replaced by {len(new_ids)}"
        return
    products = {item["item_id"]: item["product_id"] for item in order["items"]}
    for old, new in zip(old_ids, new_ids, strict=True):
        variant = _variant(proposed, products.get(old, ""), new)
        if variant is None or not variant["available"]:
            yield f"{new} is no available item of the same product as {old}"


def payment_allowed(proposed: Proposed) -> Iterator[str]:
    """The payment method is the customer's, and one that the policy allows for this."""
    given, order = proposed.arguments.get("payment_method_id"), _order(proposed)
    if given is None or order is None:
        return
    method = _method(proposed, given)
    if method is None:
        yield f"{given} is no payment method of this customer"
        return
    original = order["payment_history"][0]["payment_method_id"]
    if proposed.tool == "modify_pending_order_payment" and given == original:
        yield f"the order is paid by {given} already"
    refunds = proposed.tool == "return_delivered_order_items"
    if refunds and given != original and method["source"] != "gift_card":
        yield f"a refund goes to {original} or to a gift card, not to {given}"


def _order(proposed: Proposed) -> Record | None:
    order_id = proposed.arguments.get("order_id")
    return None if order_id is None else proposed.record(f"order:{order_id}")


def _variant(proposed: Proposed, product_id: str, item_id: str) -> Record | None:
    product = proposed.record(f"product:{product_id}") if product_id else None
    found: Record | None = None if product is None else product["variants"].get(item_id)
    return found


def _method(proposed: Proposed, method_id: str) -> Record | None:
    customer = proposed.record(f"customer:{proposed.view.run['user_id']}")
    found: Record | None = None if customer is None else customer["payment_methods"].get(method_id)
    return found
