"""Prices and worst cases: what a call can cost at the most, in integer micro-USD.

A model's input bound is the number of UTF-8 bytes of what is sent plus a fixed allowance for
the provider's own framing: a byte-level tokenizer never makes more than one token of a byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from schemas.strict import StrictModel

PER_MILLION = 1_000_000
FRAMING_TOKENS = 2_048
"""Allowance for role markers and the answer schema that are sent besides the arguments."""

Rate = Annotated[int, Field(ge=0, le=10**12)]
"""Micro-USD for a million tokens."""


class ModelPrice(StrictModel):
    """Rates of one model at their dearest."""

    input_usd_micros_per_million: Rate
    output_usd_micros_per_million: Rate


class PriceBook(StrictModel):
    """A pinned, versioned list of prices. A model that is not in it is refused."""

    version: str
    models: Mapping[str, ModelPrice]

    def worst_case_usd_micros(self, model: str, sent_bytes: int, max_output_tokens: int) -> int:
        """The bound that is reserved. Raises KeyError for a model without a price."""
        return self.cost_usd_micros(model, sent_bytes + FRAMING_TOKENS, max_output_tokens)

    def cost_usd_micros(self, model: str, input_tokens: int, output_tokens: int) -> int:
        """The cost of so many tokens, rounded up. Raises KeyError for a model without a price."""
        price = self.models[model]
        total = (
            input_tokens * price.input_usd_micros_per_million
            + output_tokens * price.output_usd_micros_per_million
        )
        return -(-total // PER_MILLION)
