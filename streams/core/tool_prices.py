"""What a call of a tool or retriever costs: fixed, by the unit, by the second, or by a function.

Each is a fixed amount or has a maximum that is known before the call, and is reserved at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.errors import NotQuoted
from schemas.strict import StrictModel
from streams.core.prices import UsdMicros

PriceFunction = Callable[[Any], int]
"""Micro-USD of a call with these typed arguments. Pure: it is part of a decision."""
Rate = Annotated[int, Field(ge=1, le=10**9)]

SHAPES: tuple[tuple[str, ...], ...] = (
    ("fixed",),
    ("per_unit", "unit_of", "most_units"),
    ("per_second",),
    ("function", "most_usd_micros"),
)
"""Which fields make a price."""


class ToolPrice(StrictModel):
    """One way in which a call is priced. A plain number is a fixed price."""

    fixed: UsdMicros | None = Field(
        default=None,
        description="What every call costs, in millionths of a US dollar; the number alone says "
        "the same, and 0 says that calls are free.",
        examples=[200],
    )
    per_unit: Rate | None = Field(
        default=None,
        description="What one unit costs, in millionths of a US dollar.",
        examples=[5],
    )
    unit_of: str | None = Field(
        default=None,
        description="With `per_unit`: the whole-number argument that says how many units.",
        examples=["pages"],
    )
    most_units: Annotated[int, Field(ge=1, le=10**6)] | None = Field(
        default=None,
        description="With `per_unit`: a call for more units is refused.",
        examples=[20],
    )
    per_second: Rate | None = Field(
        default=None,
        description="What a second costs, in millionths of a US dollar; one that has begun counts "
        "in full. Reserved for all of `act_limit_ms`, at which the pool ends the act.",
        examples=[30],
    )
    function: str | None = Field(
        default=None,
        description="A function of the arguments that gives the price: of `PRICES` in the "
        "folder's `prices`.",
        examples=["by_weight"],
    )
    most_usd_micros: UsdMicros | None = Field(
        default=None,
        description="With `function`: a call that costs more is refused.",
        examples=[5000],
    )

    @model_validator(mode="before")
    @classmethod
    def _fixed(cls, value: Any) -> Any:
        return value if isinstance(value, Mapping) else {"fixed": value}

    @model_validator(mode="after")
    def _one_shape(self) -> ToolPrice:
        given = {name for name, value in self if value is not None}
        if given not in [set(shape) for shape in SHAPES]:
            known = "; ".join(", ".join(shape) for shape in SHAPES)
            raise PydanticCustomError("shape", "should hold one of: {known}", {"known": known})
        return self

    @property
    def rates(self) -> Mapping[str, int]:
        """What the pool settles by; nothing where the reservation is the price."""
        return {} if self.per_second is None else {"second": self.per_second}

    def most(self, act_limit_ms: int) -> int:
        """The most that a call can cost, in micro-USD."""
        if self.per_unit is not None:
            return self.per_unit * (self.most_units or 0)
        if self.per_second is not None:
            return seconds_usd_micros(self.per_second, act_limit_ms)
        return self.most_usd_micros or self.fixed or 0

    def quote(
        self, arguments: Any, act_limit_ms: int, functions: Mapping[str, PriceFunction]
    ) -> int:
        """What is reserved for a call with these typed arguments. Raises NotQuoted."""
        if self.per_unit is not None:
            return self.per_unit * self._units(arguments)
        if self.function is not None:
            return self._called(functions, arguments)
        return self.most(act_limit_ms)

    def _units(self, arguments: Any) -> int:
        name = self.unit_of or ""
        held = arguments if isinstance(arguments, Mapping) else dict(arguments)
        units, most = held.get(name), self.most_units or 0
        if type(units) is not int or not 0 <= units <= most:
            raise NotQuoted(f"{name} is {units}, and 0 to {most} units have a price")
        return units

    def _called(self, functions: Mapping[str, PriceFunction], arguments: Any) -> int:
        name, most = self.function or "", self.most_usd_micros or 0
        if name not in functions:
            raise NotQuoted(f"no price function is called {name}; add it to PRICES of `prices`")
        try:
            amount = functions[name](arguments)
        except Exception as error:
            raise NotQuoted(f"price function {name} broke: {type(error).__name__}") from error
        if type(amount) is not int or not 0 <= amount <= most:
            raise NotQuoted(f"{name} says {amount!r} micro-USD, and 0 to {most} may be charged")
        return amount


def seconds_usd_micros(per_second: int, took_ms: int) -> int:
    """The price of so much time: a second that has begun counts in full."""
    return per_second * -(-took_ms // 1000)
