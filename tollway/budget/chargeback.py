"""A month's costs by whoever caused them: each movement once, in the month in which it was made."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, TextIO

from sinks.warehouse.reading import Reader
from tollway.money import MICROS_PER_USD

COLUMNS: Mapping[str, str] = {
    "workspace": "workspace",
    "user": "user_id",
    "workflow": "workflow",
    "intent": "intent",
    "tier": "customer_tier",
    "region": "region",
    "outcome": "outcome",
    "name": "name",
}
"""What costs can be charged to, and the column that says it."""
FORMULA = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
"""How a cell begins that a spreadsheet would run."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month in a time zone."""

    year: int
    month: int
    zone: tzinfo = UTC

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one group of costs came to. `to` holds its columns' values, empty where unknown."""

    to: tuple[str, ...]
    runs: int
    usd_micros: int


def charges(reader: Reader, month: Month, by: Sequence[str]) -> list[Charge]:
    """The month's costs grouped by these of `COLUMNS`. Raises WarehouseUnavailable."""
    names = [f"coalesce({COLUMNS[each]}, '')" for each in by]
    columns = "".join(f"{name}, " for name in names)
    found = reader.ask(
        f"SELECT {columns} count(DISTINCT run_id), sum(amount_usd_micros)::BIGINT FROM costs "  # noqa: S608  names of COLUMNS
        "WHERE moved_at >= $start AND moved_at < $end GROUP BY ALL ORDER BY ALL",
        {"start": _stored(month.start), "end": _stored(month.end)},
    )
    return [Charge(row[:-2], *row[-2:]) for row in found.rows if row[-1] is not None]


def told_until(reader: Reader) -> datetime | None:
    """When the last decision in the warehouse was made, UTC."""
    latest = reader.ask("SELECT max(decided_at) FROM decisions").rows[0][0]
    return None if latest is None else latest.replace(tzinfo=UTC)


def write_csv(file: TextIO, by: Sequence[str], month: Month, rows: Iterable[Charge]) -> None:
    """The charges as CSV; text that a spreadsheet would run as a formula is made plain."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["month", "time_zone", *by, "runs", "usd", "usd_micros"])
    for row in rows:
        texts = (plain(value) for value in row.to)
        amounts = (row.runs, decimal_usd(row.usd_micros), row.usd_micros)
        writer.writerow([f"{month.start:%Y-%m}", str(month.zone), *texts, *amounts])


def plain(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def decimal_usd(micros: int) -> str:
    """Micro-USD in dollars, exactly."""
    sign, whole = "-" if micros < 0 else "", abs(micros)
    return f"{sign}{whole // MICROS_PER_USD}.{whole % MICROS_PER_USD:06d}"


def as_dict(by: Sequence[str], row: Charge) -> dict[str, Any]:
    """A charge for JSON, its text as it is."""
    return {**dict(zip(by, row.to, strict=True)), "runs": row.runs, "usd_micros": row.usd_micros}


def _stored(at: datetime) -> datetime:
    """As the warehouse has times: UTC without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None)
