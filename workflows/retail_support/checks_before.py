"""The checks before a write that this workflow adds, by the names that its contract uses."""

from __future__ import annotations

from collections.abc import Mapping

from agents.checks.before import CheckBefore
from schemas.strict import StrictModel
from workflows.retail_support import rules_before
from workflows.retail_support.asked_for import AskedFor

CHECKS: Mapping[str, CheckBefore] = {
    "own_records": rules_before.own_records,
    "items_of_the_order": rules_before.items_of_the_order,
    "same_product": rules_before.same_product,
    "payment_allowed": rules_before.payment_allowed,
}
MAKERS: Mapping[str, type[StrictModel]] = {
    "asked_for": AskedFor,
    "order_status": rules_before.OrderStatus,
}
"""Those with parameters, which the contract gives."""
