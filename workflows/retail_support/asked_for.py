"""Before a write: does it contradict the request? Only what the request names can be contradicted.

The parameters say by which words a request asks for each tool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from agents.checks.before import NOT_THERE, Proposed
from schemas.strict import StrictModel
from workflows.retail_support.asked import Clause, Mention, clauses

if TYPE_CHECKING:
    from streams.core.states import View

Piece = tuple[Mapping[str, Any], Mapping[str, Any] | None]
"""An item of the order, and the variant that is to take its place."""


class AskedFor(StrictModel):
    """Order, act, payment method, reason, address and items are those that the request names."""

    words: Mapping[str, tuple[str, ...]]
    """By tool, the words of which a request that asks for it has one; none for any request."""

    def __call__(self, proposed: Proposed) -> Iterator[str]:
        """What contradicts the request."""
        if proposed.tool not in self.words:
            yield f"no words are known by which a request asks for {proposed.tool}"
            return
        words = self.words[proposed.tool]
        asked = clauses(proposed.view.run["request"])
        order_id = proposed.arguments.get("order_id")
        if order_id is None or not words or not asked:
            return
        about = [clause for clause in asked if order_id in clause.orders]
        if not about:
            yield f"the request does not name {order_id}"
            return
        mine = [clause for clause in about if clause.says(words)]
        if not mine:
            yield f"the request names {order_id} and asks for something else"
            return
        for contradiction in CONTRADICTIONS:
            yield from contradiction(proposed, mine)


class AllAskedFor(StrictModel):
    """Whatever the request asks for of an order, the plan had a step for it."""

    words: Mapping[str, tuple[str, ...]]
    """As of `AskedFor`."""

    def __call__(self, view: View) -> Iterator[str]:
        """What nobody tried."""
        tried = {
            (step["tool"], orjson.loads(step["arguments_json"]).get("order_id"))
            for step in view.run["plan"]
        }
        for clause in clauses(view.run["request"]):
            tools = [tool for tool, words in self.words.items() if words and clause.says(words)]
            for order_id in clause.orders if tools else ():
                if not any((tool, order_id) in tried for tool in tools):
                    yield f"nothing was tried that {order_id} is named for: {' or '.join(tools)}"


def _payment_method(proposed: Proposed, mine: Sequence[Clause]) -> Iterator[str]:
    named = [method for clause in mine for method in clause.payment_methods]
    given = proposed.arguments.get("payment_method_id")
    if given is not None and named and given not in named:
        yield f"the request names {' and '.join(named)}, not {given}"


def _reason(proposed: Proposed, mine: Sequence[Clause]) -> Iterator[str]:
    given = proposed.arguments.get("reason")
    named = [reason for reason in REASONS if any(clause.says([reason]) for clause in mine)]
    if given is not None and named and given not in named:
        yield f"the request gives the reason {named[0]!r}, not {given!r}"


def _address(proposed: Proposed, mine: Sequence[Clause]) -> Iterator[str]:
    if "address1" not in proposed.arguments:
        return
    named = [address for clause in mine for address in clause.addresses()]
    fits = any(
        all(proposed.arguments.get(line) == text for line, text in address.items())
        for address in named
    )
    if named and not fits:
        yield "the request names another address"


def _items(proposed: Proposed, mine: Sequence[Clause]) -> Iterator[str]:
    """Each piece of the step is named by its own mention, and each mention has its piece."""
    if "item_ids" not in proposed.arguments:
        return
    order = proposed.record(f"order:{proposed.arguments['order_id']}")
    if order is None:
        yield f"{proposed.arguments['order_id']} {NOT_THERE}"
        return
    products = [item["name"] for item in order["items"]]
    mentions = [mention for clause in mine for mention in clause.mentions(products)]
    pieces = [*_pieces(proposed, order)] if mentions else []
    left = sorted(mentions, key=lambda mention: -len(mention.options))
    for mention in [*left]:
        piece = next((piece for piece in pieces if _fits(piece, mention)), None)
        if piece is not None:
            pieces.remove(piece)
            left.remove(mention)
    if pieces:
        yield f"the request does not ask for this of {pieces[0][0]['name']}, as it stands here"
    if left and not pieces:
        yield f"the request names {left[0].product} as well"


def _pieces(proposed: Proposed, order: Mapping[str, Any]) -> Iterator[Piece]:
    items = {item["item_id"]: item for item in order["items"]}
    new_ids = proposed.arguments.get("new_item_ids")
    for at, item_id in enumerate(proposed.arguments["item_ids"]):
        item = items.get(item_id, {"name": item_id, "options": {}, "product_id": ""})
        if new_ids is None:
            yield item, None
            continue
        product = proposed.record(f"product:{item['product_id']}") or {"variants": {}}
        new_id = new_ids[at] if at < len(new_ids) else ""
        yield item, product["variants"].get(new_id, {"options": {}})


def _fits(piece: Piece, mention: Mention) -> bool:
    item, variant = piece
    options = item["options"]
    if item["name"].lower() != mention.product or not mention.options.items() <= options.items():
        return False
    if variant is None or mention.wanted is None:
        return True
    wanted: bool = variant["options"] == {**options, **mention.wanted}
    return wanted


REASONS: Final = ("no longer needed", "ordered by mistake")
CONTRADICTIONS: Final[tuple[Callable[[Proposed, Sequence[Clause]], Iterator[str]], ...]] = (
    _payment_method,
    _reason,
    _address,
    _items,
)
