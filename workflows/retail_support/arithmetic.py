"""The money of a write, worked out anew from the order before it and the catalogue's prices.

Written apart from the store's own rules on purpose: two derivations that agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Write = Mapping[str, Any]
Prices = Mapping[str, int]


def problems(write: Write, prices_cents: Prices) -> Iterator[str]:
    """What does not add up in one write of the store's log."""
    recompute = _BY_TOOL.get(write["tool"])
    if recompute is not None:
        yield from recompute(write, prices_cents)
    yield from _gift_cards(write)


def _modified_items(write: Write, prices_cents: Prices) -> Iterator[str]:
    expected = _difference_cents(write, prices_cents)
    moved = sum(_signed_cents(entry) for entry in _new_entries(write))
    if moved != expected:
        yield f"items differ by {expected} cents and {moved} were charged"


def _exchanged_items(write: Write, prices_cents: Prices) -> Iterator[str]:
    expected = _difference_cents(write, prices_cents)
    noted = _order(write, "after")["exchange_price_difference_cents"]
    if noted != expected:
        yield f"items differ by {expected} cents and {noted} were noted"


def _repaid(write: Write, _: Prices) -> Iterator[str]:
    """A cancelled order refunds all that was paid; a changed payment moves the same amount."""
    before, after = (_order(write, when)["payment_history"] for when in ("before", "after"))
    held = sum(map(_signed_cents, after))
    expected = 0 if write["tool"] == "cancel_pending_order" else sum(map(_signed_cents, before))
    if held != expected:
        yield f"the order should hold {expected} cents and holds {held}"


_BY_TOOL: Mapping[str, Callable[[Write, Prices], Iterator[str]]] = {
    "modify_pending_order_items": _modified_items,
    "exchange_delivered_order_items": _exchanged_items,
    "cancel_pending_order": _repaid,
    "modify_pending_order_payment": _repaid,
}


def _gift_cards(write: Write) -> Iterator[str]:
    """Each gift card changed by exactly what the order's new entries moved through it."""
    for user_id, after in write["after"]["users"].items():
        before = write["before"]["users"][user_id]
        for method_id, method in after["payment_methods"].items():
            was = before["payment_methods"].get(method_id, method)["balance_cents"]
            if was is None:
                continue
            moved = sum(
                _signed_cents(entry)
                for entry in _new_entries(write)
                if entry["payment_method_id"] == method_id
            )
            if method["balance_cents"] != was - moved:
                yield f"{method_id} went from {was} to {method['balance_cents']} for {moved} cents"


def _difference_cents(write: Write, prices_cents: Prices) -> int:
    sold = {item["item_id"]: item["price_cents"] for item in _order(write, "before")["items"]}
    arguments = write["arguments"]
    new = sum(prices_cents[item_id] for item_id in arguments["new_item_ids"])
    old: int = sum(sold[item_id] for item_id in arguments["item_ids"])
    return new - old


def _new_entries(write: Write) -> list[Mapping[str, Any]]:
    """Payment entries that stand after the write and did not before."""
    if not write["after"]["orders"]:
        return []
    before = _order(write, "before")["payment_history"]
    after: list[Mapping[str, Any]] = _order(write, "after")["payment_history"]
    return after[len(before) :]


def _order(write: Write, when: str) -> Mapping[str, Any]:
    """The one order that an order's write touches."""
    order: Mapping[str, Any] = next(iter(write[when]["orders"].values()))
    return order


def _signed_cents(entry: Mapping[str, Any]) -> int:
    """What the customer paid: refunds are negative."""
    amount: int = entry["amount_cents"]
    return amount if entry["transaction_type"] == "payment" else -amount
