"""How many tokens a model request can come to, from its content alone.

The bound of every tokenizer: whatever it merges, it makes at most one token of a byte, be it
byte-level or one that falls back to bytes for what it does not know. Some normalise the text
before (NFC, NFKC), which can lengthen it, so the longest form counts. What the provider adds
besides the text, markers around each message and the answer schema, is a fixed allowance.

Where a provider counts by a rule that is known exactly, a counter may say so: a pure function,
since decisions are, named in the price book. It never raises the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from schemas.records import ModelRequest

MESSAGES = 2
"""One of the system, one of the customer with the evidence."""
MESSAGE_TOKENS = 128
"""Role, separators and beginning of one message; templates that are known need about 10."""
SCHEMA_TOKENS = 1_792
"""The answer schema as the provider writes it to the model, and marks around the request."""
FRAMING_TOKENS = MESSAGES * MESSAGE_TOKENS + SCHEMA_TOKENS

Counter = Callable[["ModelRequest"], int]
"""Tokens of a request's texts as the provider counts them, without `FRAMING_TOKENS`."""
COUNTERS: dict[str, Counter] = {}
"""Exact counters by the name that a price book gives; none is brought along."""


def most_tokens(request: ModelRequest, encoded: bytes) -> int:
    """The most tokens that a request can come to, beside its framing: bytes as normalised."""
    return len(encoded) + sum(_growth(request[part]) for part in ("system", "request", "context"))


def _growth(text: str) -> int:
    """By how many bytes a normal form of the text is longer."""
    if text.isascii():
        return 0
    longest = max(len(normalize(form, text).encode()) for form in ("NFC", "NFKC"))
    return max(0, longest - len(text.encode()))
