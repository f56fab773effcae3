"""What the provider asks for a token. Micro-USD a million tokens is pico-USD (1e-12) a token.

It knows nothing of anybody's price book; a test says that the figures agree with Tollway's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

PICOS_PER_MICRO = 1_000_000


class Rate(NamedTuple):
    """Pico-USD for one token."""

    input_usd_picos: int
    output_usd_picos: int


CHEAP, DEAR, UNPRICED = "gpt-4.1-mini", "gpt-4.1", "unpriced-1"
RATES: Mapping[str, Rate] = {
    CHEAP: Rate(400_000, 1_600_000),
    DEAR: Rate(2_000_000, 8_000_000),
    UNPRICED: Rate(400_000, 1_600_000),
}
"""UNPRICED is on no price list but this one."""

MAX_OUTPUT_TOKENS = 4_000
"""The limit that every system sends with every call."""
MOST_INPUT_TOKENS = 500
"""No system sends more: prompt, request and schema are short."""


def bill_usd_picos(model: str, input_tokens: int, output_tokens: int) -> int:
    """The price of a call, exact."""
    rate = RATES[model]
    return input_tokens * rate.input_usd_picos + output_tokens * rate.output_usd_picos


def worth_usd_micros(model: str = CHEAP) -> int:
    """What one call costs at the most: caps are given in multiples of it."""
    picos = bill_usd_picos(model, MOST_INPUT_TOKENS, MAX_OUTPUT_TOKENS)
    return -(-picos // PICOS_PER_MICRO)
