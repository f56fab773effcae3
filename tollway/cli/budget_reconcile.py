"""`tollway budget reconcile`: a provider's or vendor's bill against the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.settings import load_settings
from tollway.cli.audit import export_option
from tollway.cli.budget_chargeback import zone
from tollway.cli.tabular import json_option, json_text
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from tollway.budget.against_ledger import Held
    from tollway.budget.bill import Bill
    from tollway.budget.correcting import Given, Ordered
    from tollway.budget.matching import Period

Pairs = tuple[tuple[str, str], ...]
NOT_KNOWN = 3
"""Exit code: nothing is known yet of what became of a correction."""


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Pairs:
    split = [text.partition("=") for text in given]
    wrong = [
        text for text, (ours, _, theirs) in zip(given, split, strict=True) if not (ours and theirs)
    ]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is no pair, such as amount=cost_usd")
    return tuple((first, second) for first, _, second in split)


def _moment(_: click.Context, __: click.Parameter, given: str | None) -> datetime | None:
    try:
        return None if given is None else datetime.fromisoformat(given)
    except ValueError as error:
        raise click.BadParameter(f"{error}; give a time such as 2026-11-01") from error


@click.command()
@click.argument("file", metavar="BILL", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="OURS=THEIRS",
    help="The bill's column for call_id, idempotency_key, name, amount, currency or time.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    callback=_pairs,
    metavar="THEIRS=OURS",
    help="What we call a model, retriever or tool on the bill.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A YAML file with `columns` and `names`, in place of the two options.",
)
@click.option(
    "--from",
    "start",
    callback=_moment,
    help="The bill's period begins; default: with its first line.",
)
@click.option(
    "--to", "end", callback=_moment, help="The bill's period is over; default: after its last line."
)
@click.option(
    "--zone", "tz", default="UTC", show_default=True, callback=zone, help="Of times without one."
)
@click.option(
    "--tolerance-minutes",
    default=10,
    show_default=True,
    type=click.IntRange(0),
    help="By how much clocks may differ.",
)
@click.option("--encoding", help="Of the file, such as cp1252; default UTF-8.")
@click.option(
    "--complete", is_flag=True, help="What is not on the bill cost nothing: correct that as well."
)
@click.option(
    "--correct",
    "why",
    metavar="WHY",
    help="Correct on the ledger what can be, for this reason; it goes on the audit log.",
)
@click.option("--who", help="With --correct: who says so; your user name if absent.")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="With --correct: seconds to wait for the ledger.",
)
@export_option
@json_option
def reconcile(
    file: Path,
    columns: Pairs,
    names: Pairs,
    mapping: Path | None,
    start: datetime | None,
    end: datetime | None,
    tz: tzinfo,
    tolerance_minutes: int,
    encoding: str | None,
    complete: bool,
    why: str | None,
    who: str | None,
    wait_s: float,
    export: Path | None,
    as_json: bool,
) -> None:
    """Match a BILL with the ledger, list every difference, and exit with 1 when there is one.

    BILL is CSV with a header, a JSON array (.json), or one JSON object a line (.jsonl); amounts
    are in USD. A line is matched by call id, else by idempotency key, else by name, amount and
    time where only one call fits. Calls of the bill's names that began in its period and cost

    \b
    Examples:
      tollway budget reconcile november.csv --column amount=cost_usd --column name=model
      tollway budget reconcile bill.jsonl --mapping provider.yaml --from 2026-11-01 --to 2026-12-01
      tollway budget reconcile november.csv --correct "the provider's bill of November"
    """
    from tollway.budget.correcting import Ordered
    from tollway.cli.bill_text import as_dict, in_words

    if why is not None and export is not None:
        raise click.UsageError("an export cannot be corrected; leave --export away")
    bill = _bill(file, columns, names, mapping, encoding, tz)
    period = _period(bill, start, end, tz)
    ordered = None if why is None else Ordered(file.name, who, why)
    against = _Against(export, bill, period, tolerance_minutes * 60_000, complete)
    held, given = asyncio.run(_reconciled(against, ordered, wait_s))
    click.echo(json_text(as_dict(held, given)) if as_json else in_words(held, given))
    if given is not None and not given.all_known:
        raise SystemExit(NOT_KNOWN)
    if held.differs_beside(given.corrected if given else frozenset()):
        raise SystemExit(1)


def _bill(
    file: Path,
    columns: Pairs,
    names: Pairs,
    mapping: Path | None,
    encoding: str | None,
    tz: tzinfo,
) -> Bill:
    from tollway.budget.bill import parse
    from tollway.budget.bill_mapping import mapped
    from tollway.budget.bill_reading import read_rows

    if mapping is not None and (columns or names):
        raise click.UsageError("give --mapping, or --column and --name, not both")
    return parse(read_rows(file, encoding), mapped(mapping, dict(columns), dict(names)), tz)


def _period(bill: Bill, start: datetime | None, end: datetime | None, tz: tzinfo) -> Period:
    from tollway.budget.matching import Period, period_of

    known = period_of(bill.lines)
    starts, ends = (_ms(at, tz) for at in (start, end))
    period = Period(
        known.start_ms if starts is None else starts, known.end_ms if ends is None else ends
    )
    if start is not None and end is not None and period.end_ms <= period.start_ms:
        raise click.UsageError("--to must be later than --from")
    return period


def _ms(at: datetime | None, tz: tzinfo) -> int | None:
    if at is None:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=tz)).astimezone(UTC).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class _Against:
    """What is matched with the ledger, and how."""

    export: Path | None
    bill: Bill
    period: Period
    tolerance_ms: int
    complete: bool


async def _reconciled(
    asked: _Against, ordered: Ordered | None, wait_s: float
) -> tuple[Held, Given | None]:
    from streams.sources.opening import open_source
    from tollway.budget.against_ledger import against_ledger
    from tollway.budget.correcting import correct
    from tollway.budget.reading import LedgerReading, now_ms

    settings = load_settings()
    async with open_source(settings, asked.export) as source:
        reading = LedgerReading(source, open_codec(settings), now_ms())
        how = (asked.bill, asked.period, asked.tolerance_ms)
        held = await against_ledger(reading, *how, complete=asked.complete)
        if ordered is None:
            return held, None
        return held, await correct(settings, reading, held.correctable, ordered, wait_s)
