"""Which items of an order are meant, and what they are replaced by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.retail_support.records import Item, Order, Variant
from workflows.retail_support.store.rules.case import Case, refusal


@dataclass(frozen=True, slots=True)
class Replacement:
    """One item and the variant that takes its place."""

    item: Item
    variant: Variant


def first_not_held(order: Order, item_ids: tuple[str, ...]) -> str | None:
    """The first id that is asked for more often than the order holds it."""
    held = Counter(item.item_id for item in order.items)
    asked = Counter(item_ids)
    return next((item_id for item_id in item_ids if asked[item_id] > held[item_id]), None)


def replacements(
    case: Case, item_ids: tuple[str, ...], new_item_ids: tuple[str, ...]
) -> tuple[Replacement, ...]:
    """Item and available variant, pair by pair. Raises ToolRefusal at the first that fails."""
    missing = first_not_held(case.order, item_ids)
    if missing is not None:
        raise refusal(f"{missing} not found")
    if len(item_ids) != len(new_item_ids):
        raise refusal("the number of items to be exchanged should match")
    items = {item.item_id: item for item in reversed(case.order.items)}
    return tuple(
        _replacement(case, items[old], new) for old, new in zip(item_ids, new_item_ids, strict=True)
    )


def price_difference_cents(pairs: Iterable[Replacement]) -> int:
    """What the customer owes; negative when the store does."""
    return sum(pair.variant.price_cents - pair.item.price_cents for pair in pairs)


def with_replaced(order: Order, pairs: Iterable[Replacement]) -> tuple[Item, ...]:
    """The order's items once each pair, in turn, has replaced the first item with its id."""
    items = list(order.items)
    for pair in pairs:
        ids = [item.item_id for item in items]
        place = ids.index(pair.item.item_id)
        items[place] = items[place].replaced(**_sold_as(pair.variant))
    return tuple(items)


def _replacement(case: Case, item: Item, new_item_id: str) -> Replacement:
    variant = case.products[item.product_id].variants.get(new_item_id)
    if variant is None or not variant.available:
        raise refusal(f"new item {new_item_id} not found or available")
    return Replacement(item, variant)


def _sold_as(variant: Variant) -> Mapping[str, object]:
    return variant.model_dump(include={"item_id", "price_cents", "options"})
