"""A bill's lines, checked field by field: what cannot be read says why and stops nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.errors import BillRefused
from schemas.strict import StrictModel
from streams.core.prices import MOST_USD_MICROS
from tollway.money import MICROS_PER_USD

BillField = Literal[
    "call_id", "idempotency_key", "request_id", "name", "amount", "currency", "time"
]
FIELDS: tuple[BillField, ...] = (
    "call_id",
    "idempotency_key",
    "request_id",
    "name",
    "amount",
    "currency",
    "time",
)
AMOUNT = re.compile(r"[+-]?(\d{1,32}(\.\d{0,64})?|\.\d{1,64})([eE][+-]?\d{1,2})?")
MILLISECONDS = 10**11
"""A time that is a number and at least this is in milliseconds, a smaller one in seconds."""
SHOWN = 60
"""Characters of a bad value that a message repeats."""


class Mapped(StrictModel):
    """How a bill's columns and names are called here. A column that is left out has our name."""

    columns: Mapping[BillField, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    names: Mapping[str, str] = Field(default_factory=dict)

    def column(self, wanted: BillField) -> str:
        """The bill's column for one of our fields."""
        return self.columns.get(wanted, wanted)


class LineRefused(ValueError):
    """A line cannot be read; the text says which field and why."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line. Less than nothing is a credit. Without a time, `from_ms` is None.

    `rounded` says that the bill is finer than a micro-dollar and was rounded up.
    """

    where: str
    call_id: str
    idempotency_key: str
    request_id: str
    name: str
    usd_micros: int
    rounded: bool
    from_ms: int | None
    to_ms: int | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that was left out."""

    where: str
    reason: str


@dataclass(slots=True)
class Bill:
    """What could be read of a bill, and what could not."""

    lines: list[BillLine] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


Row = tuple[str, Mapping[str, Any] | LineRefused]
"""Where a line is, and its columns or why there are none."""


def parse(rows: Iterable[Row], mapped: Mapped, zone: tzinfo = UTC) -> Bill:
    """All lines; times without a zone are in `zone`.

    Raises BillRefused when the bill is not in US dollars or lacks the columns to be matched by.
    """
    bill = Bill()
    for where, row in rows:
        try:
            if isinstance(row, LineRefused):
                raise row
            bill.lines.append(_line(where, row, mapped, zone))
        except LineRefused as error:
            bill.unreadable.append(Unreadable(where, str(error)))
    return bill


def usd_micros(text: str) -> tuple[int, bool]:
    """An amount in dollars as micro-USD, and whether it had to be rounded up to one.

    Raises LineRefused for what is no plain decimal number, or more than any bill.
    """
    if not AMOUNT.fullmatch(text):
        raise LineRefused(f"amount {_shown(text)} is no plain decimal number, such as 0.001623")
    exact = Fraction(Decimal(text)) * MICROS_PER_USD
    micros = math.ceil(exact)
    if abs(micros) > MOST_USD_MICROS:
        raise LineRefused(f"amount {_shown(text)} is more than any bill")
    return micros, micros != exact


def _line(where: str, row: Mapping[str, Any], mapped: Mapped, zone: tzinfo) -> BillLine:
    texts = {wanted: _text(row, mapped.column(wanted)) for wanted in FIELDS}
    _refuse_other_currency(where, row, mapped, texts["currency"])
    if not texts["amount"]:
        raise LineRefused(f"column {mapped.column('amount')} is missing or empty")
    micros, rounded = usd_micros(texts["amount"])
    start, end = _times(texts["time"], zone)
    name = mapped.names.get(texts["name"], texts["name"])
    if not (name or texts["call_id"] or texts["idempotency_key"]):
        raise LineRefused("it has neither a call id, nor an idempotency key, nor a name")
    return BillLine(
        where=where,
        call_id=texts["call_id"],
        idempotency_key=texts["idempotency_key"],
        request_id=texts["request_id"],
        name=name,
        usd_micros=micros,
        rounded=rounded,
        from_ms=start,
        to_ms=end,
    )


def _text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise LineRefused(f"column {column} holds {type(value).__name__}, not text or a number")
    text = str(value).strip()
    if not text.isprintable():
        raise LineRefused(f"column {column} holds what cannot be printed: {_shown(text)}")
    return text


def _refuse_other_currency(
    where: str, row: Mapping[str, Any], mapped: Mapped, currency: str
) -> None:
    column = mapped.column("currency")
    if column in mapped.columns.values() and column not in row:
        raise LineRefused(f"column {column} is missing")
    if column in row and currency.upper() != "USD":
        raise BillRefused(
            f"{where}: the currency is {_shown(currency)}, and only bills in USD can be compared; "
            "convert it at the rate that you were charged, or ask for a bill in USD"
        )


def _times(text: str, zone: tzinfo) -> tuple[int | None, int | None]:
    """First and last moment that a time may mean, in milliseconds; a date means its whole day."""
    if not text:
        return None, None
    try:
        if text.isdecimal():
            number = int(text)
            at_ms = number if number >= MILLISECONDS else number * 1000
            datetime.fromtimestamp(at_ms / 1000, UTC)
            return at_ms, at_ms
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        end = at + timedelta(days=1) if len(text) <= len("2026-11-24") else at
        return _ms(at), _ms(end)
    except (ValueError, OverflowError, OSError) as error:
        raise LineRefused(f"time {_shown(text)} is none, such as 2026-11-24T18:00:00Z") from error


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
