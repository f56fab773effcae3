"""What a rule decides on, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.errors import ToolRefusal
from workflows.retail_support.records import Order, Product, User


@dataclass(frozen=True, slots=True)
class Case:
    """An order, its customer, and the products in it by product id."""

    order: Order
    user: User
    products: Mapping[str, Product]


def refusal(reason: str) -> ToolRefusal:
    """A refusal in the store's form."""
    return ToolRefusal(f"Error: {reason}")
