"""Rules on approvals to compare, as data: what a contract might say of the support desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOVES_MONEY = (
    "cancel_pending_order",
    "exchange_delivered_order_items",
    "modify_pending_order_items",
    "modify_pending_order_payment",
    "return_delivered_order_items",
)
CHANGES_ACCOUNT = ("modify_pending_order_address", "modify_user_address")
AT_ONCE = ("cancel_pending_order", "modify_pending_order_items", "modify_pending_order_payment")
"""Those whose money moves with the call; returns and exchanges wait for the goods."""


def rule(tools: Sequence[str], about: str, when: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One rule of a contract."""
    asked = {"name": f"asks_{about}", "tools": [*tools], "about": about, "role": "support_lead"}
    return asked if when is None else {**asked, "when": dict(when)}


MISTAKE = {"field": "reason", "equals": "ordered by mistake"}
RULES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "none": (),
    "every write": (
        rule(MOVES_MONEY, "money_movement"),
        rule(CHANGES_ACCOUNT, "account_change"),
    ),
    "money movement": (rule(MOVES_MONEY, "money_movement"),),
    "money that moves at once": (rule(AT_ONCE, "money_movement"),),
    "cancelled by mistake": (rule(("cancel_pending_order",), "money_movement", MISTAKE),),
    "account changes": (rule(CHANGES_ACCOUNT, "account_change"),),
}
