"""What a decision's movements of money come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import Spend

COSTS = frozenset({"settle", "correct", "violation"})
"""Entries that make up what a call cost; the others hold money or let it go."""


def settled_costs(spend: Iterable[Spend]) -> dict[str, int]:
    """The true cost, in micro-USD, of each call that was settled here: violations included.

    A violation by an answer that came late belongs to a call that was settled before.
    """
    costs: dict[str, int] = {}
    for movement in spend:
        call_id, amount = movement["call_id"], movement["amount_usd_micros"]
        if movement["entry"] == "settle":
            costs[call_id] = amount
        elif movement["entry"] == "violation" and call_id in costs:
            costs[call_id] += amount
    return costs
