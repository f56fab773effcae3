"""Prices: what a call can cost at the most, and what it has cost, in integer micro-USD.

A quote takes the dearest rate that can apply: nobody knows beforehand what will be read from a
cache or written to one, or how much of the answer is reasoning. The settlement takes what the
provider reports at the rates that the call was quoted at; what it leaves out is the dearest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import orjson
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.strict import StrictModel
from streams.core.counting import COUNTERS, FRAMING_TOKENS, most_tokens
from streams.core.hashing import content_hash

if TYPE_CHECKING:
    from schemas.records import ModelRequest

MOST_USD_MICROS = 10**15
"""A billion dollars: no price, cap or cost is more."""
UsdMicros = Annotated[int, Field(ge=0, le=MOST_USD_MICROS)]
"""Money: millionths of a US dollar."""
PER_MILLION = 1_000_000
MOST_USD_MICROS_PER_MILLION = 10**10
"""10,000 dollars for a million tokens; more is a slip of the unit."""
MOST_TOKENS = 10**9
"""No request or answer is larger; a report that says so is none."""

Rate = Annotated[int, Field(ge=1, le=MOST_USD_MICROS_PER_MILLION)]
"""Micro-USD for a million tokens. Never 0: what costs nothing, no cap can hold."""
Rates = Mapping[str, int]
"""Micro-USD for a million tokens by what they are: input, output, and what is priced apart."""

INPUT = ("input", "cached_read", "cached_write")
OUTPUT = ("output", "reasoning")


def _known_counter(name: str) -> str:
    if name not in COUNTERS:
        known = {"known": ", ".join(COUNTERS) or "none"}
        raise PydanticCustomError("counter", "should be one of: {known}", known)
    return name


class ModelPrice(StrictModel):
    """Rates of one model, the highest tier of each. What is not priced apart costs as its kind.

    They hold from the first to the last of their days, in UTC; without these, always.
    """

    input_usd_micros_per_million: Rate
    output_usd_micros_per_million: Rate
    cached_read_usd_micros_per_million: Rate | None = None
    cached_write_usd_micros_per_million: Rate | None = None
    reasoning_usd_micros_per_million: Rate | None = None
    counter: Annotated[str, AfterValidator(_known_counter)] | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _some_day(self) -> ModelPrice:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise PydanticCustomError("period", "should not end before it begins")
        return self

    def out_of_force(self, now_ms: int) -> str | None:
        """Why the rates do not hold at this time; None when they do."""
        today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        if self.valid_from is not None and today < self.valid_from:
            return f"is valid from {self.valid_from} on"
        if self.valid_until is not None and today > self.valid_until:
            return f"was valid until {self.valid_until}"
        return None

    @cached_property
    def rates(self) -> Rates:
        """The rates that are given, as they stand on a call."""
        given = {kind: getattr(self, f"{kind}_usd_micros_per_million") for kind in INPUT + OUTPUT}
        return {kind: rate for kind, rate in given.items() if rate is not None}


class PriceBook(StrictModel):
    """A pinned, versioned list of prices. A model that is not in it is refused."""

    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$")]
    models: Annotated[Mapping[str, ModelPrice], Field(min_length=1)]

    @cached_property
    def name(self) -> str:
        """Version and hash of the content, as they stand on decisions."""
        content = orjson.dumps(self._content(), option=orjson.OPT_SORT_KEYS)
        return f"{self.version}+{content_hash(content)[:8]}"

    def _content(self) -> Mapping[str, object]:
        """A book without days of validity keeps the name that it had before there were any."""
        days = {"valid_from", "valid_until"}
        models = {
            name: price.model_dump(mode="json", exclude={d for d in days if not getattr(price, d)})
            for name, price in self.models.items()
        }
        return {"version": self.version, "models": models}

    def quote_usd_micros(self, model: str, request: ModelRequest, encoded: bytes) -> int:
        """What is reserved for a request. Raises KeyError for a model without a price."""
        most, counter = most_tokens(request, encoded), self.models[model].counter
        tokens = most if counter is None else min(most, COUNTERS[counter](request))
        return self.worst_case_usd_micros(model, tokens, request["max_output_tokens"])

    def worst_case_usd_micros(self, model: str, sent_tokens: int, max_output_tokens: int) -> int:
        """The bound for so many tokens of text. Raises KeyError for a model without a price."""
        return bound_usd_micros(self.models[model].rates, sent_tokens, max_output_tokens)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider reports. Cached and reasoning tokens are among the others; None: not said."""

    input_tokens: int
    output_tokens: int
    cached_read_tokens: int | None = None
    cached_write_tokens: int | None = None
    reasoning_tokens: int | None = None

    @property
    def sound(self) -> bool:
        """Whether it can be: whole numbers from 0 on, and no part larger than the whole."""
        read, written = self.cached_read_tokens or 0, self.cached_write_tokens or 0
        reasoned = self.reasoning_tokens or 0
        counts = (self.input_tokens, self.output_tokens, read, written, reasoned)
        if any(type(count) is not int or not 0 <= count <= MOST_TOKENS for count in counts):
            return False
        return read + written <= self.input_tokens and reasoned <= self.output_tokens


def bound_usd_micros(rates: Rates, sent_tokens: int, max_output_tokens: int) -> int:
    """The most that a call can cost: its text and framing, and the limit sent, at the dearest."""
    read = (sent_tokens + FRAMING_TOKENS) * _dearest(rates, INPUT)
    return _rounded_up(read + max_output_tokens * _dearest(rates, OUTPUT))


def cost_usd_micros(rates: Rates, used: Usage) -> int:
    """The cost of what was used, rounded up once."""
    cached = {"cached_read": used.cached_read_tokens, "cached_write": used.cached_write_tokens}
    read = _cost(rates, "input", used.input_tokens, cached)
    reasoned = {"reasoning": used.reasoning_tokens}
    return _rounded_up(read + _cost(rates, "output", used.output_tokens, reasoned))


def _cost(rates: Rates, kind: str, tokens: int, parts: Mapping[str, int | None]) -> int:
    """Parts at their own rates, and the rest at the dearest of what it may be."""
    unsaid = [part for part, count in parts.items() if count is None]
    said = {part: count for part, count in parts.items() if count is not None}
    own = sum(count * rates.get(part, rates[kind]) for part, count in said.items())
    return own + (tokens - sum(said.values())) * _dearest(rates, (kind, *unsaid))


def _dearest(rates: Rates, kinds: tuple[str, ...]) -> int:
    return max(rates[kind] for kind in kinds if kind in rates)


def _rounded_up(millionths: int) -> int:
    return -(-millionths // PER_MILLION)
