"""Amounts as people write them, and as the ledger counts them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from schemas.errors import SettingError

MICROS_PER_USD = 1_000_000


def usd_micros(text: str) -> int:
    """An amount in US dollars as whole micro-USD. Raises SettingError."""
    try:
        amount = Decimal(text) * MICROS_PER_USD
    except InvalidOperation as error:
        raise SettingError(f"{text!r} is no amount in US dollars; write it like 12.50") from error
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value():
        raise SettingError(f"{text} is not 0 or more with at most six decimals; 12.50 is")
    return int(amount)
