"""Before a write: whose records, what the request names, what the policy allows, what was done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.checks.before import MustRead, Proposed, problem
from agents.workflows import WorkflowFolder
from schemas.codec import Codec
from schemas.errors import EvidenceCut
from streams.core.states import View

WORKFLOW = WorkflowFolder(Path("workflows/retail_support")).load(Codec())
NAMES = WORKFLOW.contract.policy("execute").checks_before
LAMP: dict[str, Any] = {
    "name": "Desk Lamp",
    "product_id": "p1",
    "item_id": "11",
    "price_cents": 1000,
    "options": {"color": "black", "power": "USB"},
}
ORDER: dict[str, Any] = {
    "order_id": "#W1",
    "user_id": "ann",
    "status": "pending",
    "items": [LAMP],
    "payment_history": [
        {"transaction_type": "payment", "amount_cents": 1000, "payment_method_id": "paypal_1"}
    ],
}
CUSTOMER = {
    "payment_methods": {
        "paypal_1": {"source": "paypal", "balance_cents": None},
        "credit_card_2": {"source": "credit_card", "balance_cents": None},
        "gift_card_3": {"source": "gift_card", "balance_cents": 300},
    }
}
PRODUCT = {
    "variants": {
        "11": {"available": True, "price_cents": 1000, "options": LAMP["options"]},
        "12": {
            "available": True,
            "price_cents": 1200,
            "options": {"color": "white", "power": "USB"},
        },
        "13": {
            "available": True,
            "price_cents": 1900,
            "options": {"color": "white", "power": "AC"},
        },
        "14": {
            "available": False,
            "price_cents": 900,
            "options": {"color": "white", "power": "USB"},
        },
    }
}
MODIFY = "For #W1, modify Desk Lamp {'color': 'black'} to {'color': 'white'}; via paypal_1."
CANCEL = "Cancel order #W1 because no longer needed."


def proposed(
    tool: str, request: str, records: dict[str, Any] | None = None, **arguments: Any
) -> Proposed:
    """A write on fresh records."""
    held = {"order:#W1": ORDER, "customer:ann": CUSTOMER, "product:p1": PRODUCT}
    contents = {name: orjson.dumps(value) for name, value in {**held, **(records or {})}.items()}
    evidence = [
        {"id": name, "kind": "order", "content_hash": name, "size_bytes": len(content)}
        for name, content in contents.items()
        if content != b"null"
    ]
    run: Any = {"user_id": "ann", "request": request, "evidence": evidence, "rungs": []}
    view = View(run, WORKFLOW, contents.__getitem__)
    return Proposed(1, tool, {"order_id": "#W1", **arguments}, (), True, view)


def found(tool: str, request: str, records: Any = None, **arguments: Any) -> str | None:
    """What speaks against the write."""
    return problem(proposed(tool, request, records, **arguments), NAMES)


def modify(new: str, request: str = MODIFY, records: Any = None, **more: Any) -> str | None:
    given = {"item_ids": ["11"], "new_item_ids": [new], "payment_method_id": "paypal_1", **more}
    return found("modify_pending_order_items", request, records, **given)


def test_what_the_request_asks_for_and_the_policy_allows_passes() -> None:
    assert modify("12") is None
    assert found("cancel_pending_order", CANCEL, reason="no longer needed") is None


@pytest.mark.parametrize(
    ("stopped", "because"),
    [
        (modify("13"), "asked_for: the request does not ask for this of Desk Lamp"),
        (modify("12", payment_method_id="credit_card_2"), "asked_for: the request names paypal_1"),
        (modify("12", CANCEL), "asked_for: the request names #W1 and asks for something else"),
        (modify("12", MODIFY.replace("#W1", "#W2")), "asked_for: the request does not name #W1"),
        (modify("14"), "same_product: 14 is no available item"),
        (modify("99", "modify #W1"), "same_product: 99 is no available item"),
        (modify("12", records={"order:#W1": None}), "own_records: #W1 is not among"),
        (
            modify("12", records={"order:#W1": {**ORDER, "user_id": "bob"}}),
            "own_records: #W1 is not among",
        ),
        (
            modify("12", records={"order:#W1": {**ORDER, "status": "delivered"}}),
            "order_status: #W1 is delivered, and this needs pending",
        ),
        (
            modify("12", item_ids=["11", "11"], new_item_ids=["12", "12"]),
            "asked_for: the request does not ask for this of Desk Lamp",
        ),
        (
            modify("12", "modify #W1", item_ids=["11", "11"], new_item_ids=["12", "12"]),
            "items_of_the_order: #W1 has 1 of 11, not 2",
        ),
        (
            found("cancel_pending_order", CANCEL, reason="ordered by mistake"),
            "asked_for: the request gives the reason 'no longer needed'",
        ),
        (found("erase_order", CANCEL), "order_status: #W1 is pending, and this needs no status"),
    ],
)
def test_a_wrong_step_is_stopped_with_the_checks_name(stopped: str | None, because: str) -> None:
    assert (stopped or "").startswith(because)


def test_a_refund_goes_to_the_original_method_or_a_gift_card() -> None:
    delivered = {"order:#W1": {**ORDER, "status": "delivered"}}

    def to(method: str) -> str | None:
        return found(
            "return_delivered_order_items",
            "Return #W1: Desk Lamp;",
            delivered,
            item_ids=["11"],
            payment_method_id=method,
        )

    assert to("paypal_1") is None
    assert to("gift_card_3") is None
    assert (to("credit_card_2") or "").startswith("payment_allowed: a refund goes to paypal_1")
    assert (to("paypal_9") or "").startswith("payment_allowed: paypal_9 is no payment method")


def test_what_another_step_did_is_not_done_again() -> None:
    step: Any = {
        "tool": "cancel_pending_order",
        "arguments_json": '{"reason":"no longer needed","order_id":"#W1"}',
        "status": "done",
    }
    once = proposed("cancel_pending_order", CANCEL, reason="no longer needed")
    again = Proposed(2, once.tool, once.arguments, (step,), True, once.view)
    assert problem(again, NAMES) == (
        "not_done_before: the run has done cancel_pending_order with these arguments already"
    )


def test_a_record_that_was_not_read_is_read_first() -> None:
    once = proposed("cancel_pending_order", CANCEL, {"order:#W1": None}, reason="no longer needed")
    stale = Proposed(1, once.tool, once.arguments, (), False, once.view)
    with pytest.raises(MustRead):
        problem(stale, NAMES)


def test_a_part_of_a_record_is_never_enough() -> None:
    once = proposed("cancel_pending_order", CANCEL, reason="no longer needed")
    for piece in once.view.run["evidence"]:
        piece["size_bytes"] += 1
    with pytest.raises(EvidenceCut):
        once.record("order:#W1")
    assert "too large to be checked" in (problem(once, NAMES) or "")


def test_of_a_request_that_names_nothing_nothing_can_be_contradicted() -> None:
    assert modify("13", "Please modify my order.") is None
