"""Payment methods and gift card balances, in cents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from workflows.retail_support.records import Payment, PaymentMethod, User
from workflows.retail_support.store.rules.case import refusal


def payment_method(user: User, payment_method_id: str) -> PaymentMethod:
    """The customer's payment method. Raises ToolRefusal when it is not theirs."""
    if payment_method_id not in user.payment_methods:
        raise refusal("payment method not found")
    return user.payment_methods[payment_method_id]


def covers(method: PaymentMethod, amount_cents: int) -> bool:
    """Whether `amount_cents` can be taken; only a gift card can fall short."""
    return method.balance_cents is None or method.balance_cents >= amount_cents


def credited(user: User, payment_method_id: str, amount_cents: int) -> User:
    """The customer after a gift card received `amount_cents`, or gave it when negative.

    Other payment methods are settled elsewhere and hold no balance here.
    """
    method = user.payment_methods.get(payment_method_id)
    if method is None or method.balance_cents is None:
        return user
    method = method.replaced(balance_cents=method.balance_cents + amount_cents)
    return user.replaced(payment_methods={**user.payment_methods, payment_method_id: method})


def paid_by_method(history: Iterable[Payment]) -> dict[str, int]:
    """In cents, what an order still holds of each payment method that it holds money of."""
    held: Counter[str] = Counter()
    for entry in history:
        sign = 1 if entry.transaction_type == "payment" else -1
        held[entry.payment_method_id] += sign * entry.amount_cents
    return {method_id: cents for method_id, cents in held.items() if cents > 0}
