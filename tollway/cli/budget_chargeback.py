"""`tollway budget chargeback`: a month's costs, by whom."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tollway.cli.tabular import aligned, json_option, json_text, path_option, reader, usd

if TYPE_CHECKING:
    from tollway.budget.chargeback import Charge, Month

MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")


def _by(_: click.Context, __: click.Parameter, given: str) -> tuple[str, ...]:
    from tollway.budget.chargeback import COLUMNS

    by = tuple(dict.fromkeys(each.strip() for each in given.split(",")))
    unknown = [each for each in by if each not in COLUMNS]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(COLUMNS)}")
    return by


def _month(_: click.Context, __: click.Parameter, given: str) -> tuple[int, int]:
    found = MONTH.fullmatch(given)
    if found is None:
        raise click.BadParameter(f"{given!r} is no month; give one such as 2026-11")
    return int(found[1]), int(found[2])


def zone(_: click.Context, __: click.Parameter, given: str) -> tzinfo:
    """A click callback: a time zone by its name."""
    from zoneinfo import ZoneInfo

    try:
        return UTC if given == "UTC" else ZoneInfo(given)
    except (ValueError, OSError, KeyError) as error:
        hint = "give one such as UTC or Europe/Berlin"
        raise click.BadParameter(f"no time zone is called {given!r} here; {hint}") from error


@click.command()
@click.option("--month", "given", required=True, callback=_month, help="Such as 2026-11.")
@click.option(
    "--by",
    default="workspace,user,workflow,intent",
    show_default=True,
    callback=_by,
    help="Any of workspace, user, workflow, intent, tier, region, outcome, name.",
)
@click.option("--zone", "tz", default="UTC", show_default=True, callback=zone, help="Of the month.")
@click.option(
    "--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it there as CSV."
)
@json_option
@path_option
def chargeback(
    given: tuple[int, int],
    by: tuple[str, ...],
    tz: tzinfo,
    file: Path | None,
    as_json: bool,
    path: Path | None,
) -> None:
    """Say what a month cost, by who caused it, to be charged on.

    Each cost counts once, in the month in which it was settled; a correction counts in the month
    in which it was made, so that a month that was charged does not change. The sum is that of the
    ledger to the micro-dollar ('tollway audit warehouse' checks the warehouse against it). In the
    CSV, text that a spreadsheet would run as a formula has an apostrophe before it.

    \b
    Examples:
      tollway budget chargeback --month 2026-11 --csv november.csv
      tollway budget chargeback --month 2026-11 --by workspace,name --zone Europe/Berlin --json
    """
    from tollway.budget.chargeback import Month, as_dict, charges, write_csv

    month, asking = Month(*given, tz), reader(path)
    rows = charges(asking, month, by)
    if file is not None:
        with file.open("w", encoding="utf-8", newline="") as opened:
            write_csv(opened, by, month, rows)
        click.echo(f"{len(rows)} rows written to {file}, {_sum(rows)} in all")
    elif as_json:
        told = {"month": f"{month.start:%Y-%m}", "time_zone": str(tz), "usd_micros": _total(rows)}
        click.echo(json_text({**told, "charges": [as_dict(by, row) for row in rows]}))
    else:
        click.echo(_in_words(by, month, rows))
    _warn_if_not_over(asking.path, month)


def _warn_if_not_over(path: Path, month: Month) -> None:
    from tollway.budget.chargeback import told_until

    until = told_until(reader(path))
    if until is None or until < month.end:
        reached = "is empty" if until is None else f"goes to {until:%Y-%m-%d %H:%M} UTC"
        click.echo(f"This warehouse {reached}: the month may not be whole in it.", err=True)


def _in_words(by: tuple[str, ...], month: Month, rows: list[Charge]) -> str:
    table = [[*row.to, str(row.runs), usd(row.usd_micros)] for row in rows]
    head = [*by, "runs", "cost"]
    lines = aligned([head, *table], [*(False for _ in by), True, True])
    title = f"{month.start:%B %Y} in {month.zone}"
    return "\n".join([title, "", *lines, "", f"{_sum(rows)} in all"])


def _sum(rows: list[Charge]) -> str:
    return f"{usd(_total(rows))} ({_total(rows)} micro-USD)"


def _total(rows: list[Charge]) -> int:
    return sum(row.usd_micros for row in rows)
