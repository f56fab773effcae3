"""Ways to make a right plan wrong, as data: each takes one recorded step and gives wrong plans.

They know the store and the recorded steps; nothing that decides does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Step = Mapping[str, Any]
Plan = list[Step]


@dataclass(frozen=True, slots=True)
class Case:
    """A recorded request, and the store's files to find something wrong in."""

    request: Mapping[str, Any]
    orders: Mapping[str, Mapping[str, Any]]
    users: Mapping[str, Mapping[str, Any]]
    products: Mapping[str, Mapping[str, Any]]
    variants: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The recorded plan."""
        return [
            {"tool": step["tool"], "arguments": step["arguments"]} for step in self.request["steps"]
        ]

    def order(self, step: Step) -> Mapping[str, Any]:
        """The order that a step names."""
        return self.orders[step["arguments"]["order_id"]]


Mutator = Callable[[Case, Step, int], Iterator[Any]]
"""Gives values for what it changes; `at` picks among equally good ones, so that runs repeat."""


def another_customers_order(case: Case, step: Step, at: int) -> Iterator[Step]:
    """An order of somebody else in the same status, with everything else as it was."""
    own = case.order(step)
    others = [
        order_id
        for order_id, order in case.orders.items()
        if order["user_id"] != own["user_id"] and order["status"] == own["status"]
    ]
    yield _with(step, order_id=others[at % len(others)])


def another_customers_whole_step(case: Case, step: Step, at: int) -> Iterator[Step]:
    """A step that is right for somebody else: their order, their items, their payment method."""
    (moved,) = another_customers_order(case, step, at)
    order = case.order(moved)
    changes: dict[str, Any] = {}
    if "item_ids" in step["arguments"]:
        changes["item_ids"] = [order["items"][0]["item_id"]]
    if "new_item_ids" in step["arguments"]:
        changes["new_item_ids"] = [order["items"][0]["item_id"]]
    if "payment_method_id" in step["arguments"]:
        changes["payment_method_id"] = order["payment_history"][0]["payment_method_id"]
    yield _with(moved, **changes)


def item_of_another_product(case: Case, step: Step, at: int) -> Iterator[Step]:
    """The last replacement, or the last item of a return, becomes one of another product."""
    if "new_item_ids" in step["arguments"]:
        new = step["arguments"]["new_item_ids"]
        product = case.variants[new[-1]][0]
        others = sorted(
            item_id
            for item_id, (owner, variant) in case.variants.items()
            if owner != product and variant["available"]
        )
        yield _with(step, new_item_ids=[*new[:-1], others[at * 7 % len(others)]])
    elif "item_ids" in step["arguments"]:
        asked = step["arguments"]["item_ids"]
        products = {case.variants[item_id][0] for item_id in asked}
        for item in case.order(step)["items"]:
            if item["product_id"] not in products:
                yield _with(step, item_ids=[*asked[:-1], item["item_id"]])
                return


def another_payment_method(case: Case, step: Step, _: int) -> Iterator[Step]:
    """Another payment method of the same customer."""
    given = step["arguments"].get("payment_method_id")
    if given is not None:
        methods = case.users[case.request["user_id"]]["payment_methods"]
        yield from (_with(step, payment_method_id=other) for other in methods if other != given)


def another_amount(case: Case, step: Step, _: int) -> Iterator[Step]:
    """One piece more than was asked for: the tools take no amounts, they follow from the pieces."""
    asked = step["arguments"].get("item_ids")
    if asked is None:
        return
    left = [item["item_id"] for item in case.order(step)["items"]]
    for item_id in asked:
        left.remove(item_id)
    if left:
        more: dict[str, Any] = {"item_ids": [*asked, left[0]]}
        if "new_item_ids" in step["arguments"]:
            more["new_item_ids"] = [*step["arguments"]["new_item_ids"], left[0]]
        yield _with(step, **more)


def another_reason_or_address(case: Case, step: Step, _: int) -> Iterator[Step]:
    """The other reason of a cancellation; a street that the request does not name."""
    arguments = step["arguments"]
    if "reason" in arguments:
        reasons = {"no longer needed", "ordered by mistake"} - {arguments["reason"]}
        yield _with(step, reason=reasons.pop())
    if "address1" in arguments:
        del case
        yield _with(step, address1="1 Somewhere Else")


def subtly_different_item(case: Case, step: Step, at: int) -> Iterator[Step]:
    """Another available variant of the same product takes the place of the last new item."""
    new = step["arguments"].get("new_item_ids")
    if new:
        product = case.products[case.variants[new[-1]][0]]
        others = sorted(
            item_id
            for item_id, variant in product["variants"].items()
            if variant["available"] and item_id != new[-1]
        )
        if others:
            yield _with(step, new_item_ids=[*new[:-1], others[at % len(others)]])


def another_piece_of_the_product(case: Case, step: Step, _: int) -> Iterator[Step]:
    """Another piece of the same product in the order, of another kind, is taken instead."""
    asked: Sequence[str] = step["arguments"].get("item_ids", ())
    for item in case.order(step)["items"]:
        same = [x for x in asked if case.variants[x][0] == item["product_id"]]
        if same and item["item_id"] not in asked:
            ids = [item["item_id"] if x == same[0] else x for x in asked]
            yield _with(step, item_ids=ids)
            return


CHANGED: Mapping[str, Mutator] = {
    "another customer's order": another_customers_order,
    "another customer's order, items and payment": another_customers_whole_step,
    "item of another product": item_of_another_product,
    "another payment method": another_payment_method,
    "amount: one piece more": another_amount,
    "another reason or address": another_reason_or_address,
    "subtly different item: another variant": subtly_different_item,
    "subtly different item: another piece of the product": another_piece_of_the_product,
}
"""Classes that change one step."""
DOUBLED, SKIPPED = "step doubled", "step skipped"
SUBTLE = (SKIPPED, *(name for name in CHANGED if name.startswith("subtly")))
"""Classes that code finds only when the request writes everything out."""
_BRACES = re.compile(r"\s*\{[^{}]*\}")


def in_few_words(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request without options and addresses, as a customer may leave them out."""
    return {**request, "request": _BRACES.sub("", request["request"])}


def mutants(case: Case, number: int) -> Iterator[tuple[str, Plan, int]]:
    """Every wrong plan of a request, with its class and the place of the wrong step (-1: none)."""
    plan = case.plan
    for at, step in enumerate(plan):
        if case.request["steps"][at]["error"]:
            continue
        for name, mutator in CHANGED.items():
            for wrong in mutator(case, step, number + at):
                yield name, [*plan[:at], wrong, *plan[at + 1 :]], at
        yield DOUBLED, [*plan[: at + 1], step, *plan[at + 1 :]], at + 1
        yield SKIPPED, [*plan[:at], *plan[at + 1 :]], -1


def _with(step: Step, **changes: Any) -> Step:
    return {"tool": step["tool"], "arguments": {**step["arguments"], **changes}}
