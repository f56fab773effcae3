"""`tollway budget explain`: one run's money, added up and checked."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from streams.settings import load_settings
from tollway.cli.audit import export_option
from tollway.cli.tabular import aligned, json_option, json_text, usd
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tollway.budget.calls import CallMoney
    from tollway.budget.explanation import Explanation, Step

COLUMNS = ("reserve", "settle", "violation", "correct")
"""Entries that have a column."""
HEAD = ("call", "state", "what", "status", "quoted", "reserved", "settled", "above", "corrected")
RIGHT = [False] * 4 + [True] * 6


@click.command()
@click.argument("run_name", metavar="RUN")
@export_option
@json_option
def explain(run_name: str, export: Path | None, as_json: bool) -> None:
    """Add up what a RUN cost, call by call, and exit with 1 when it does not add up.

    For each attempt of each call: its quote (the worst case), what was reserved, what it was
    settled at, what was billed above the reservation, and what was corrected since. The
    settlements have to come to what the run's outcome says, to the micro-dollar. RUN is the id
    of the run, the beginning of it, or the id of its intake event.

    \b
    Examples:
      tollway budget explain 5a37e8d10154
      tollway budget explain train-016 --export backup/2026-11 --json
    """
    found = asyncio.run(_explain(export, run_name))
    click.echo(json_text(_as_dict(found)) if as_json else in_words(found))
    if found.wrong:
        raise SystemExit(1)


async def _explain(export: Path | None, name: str) -> Explanation:
    from streams.sources.opening import open_source
    from tollway.budget import finding
    from tollway.budget.reading import LedgerReading, now_ms

    settings = load_settings()
    async with open_source(settings, export) as source:
        reading = LedgerReading(source, open_codec(settings), now_ms())
        return await finding.explain(reading, name)


def in_words(found: Explanation) -> str:
    """All that was found, as text."""
    books = ", ".join(sorted({call.price_book for call in found.every_call})) or "-"
    lines = [f"Run {found.run_id}, {_ended(found)}; prices of {books}", ""]
    rows = [_row(call) for call in found.every_call]
    lines += aligned([(*HEAD, "cost"), *rows, _totals(found)], RIGHT)
    lines += [*_steps("Rungs taken", found.rungs), *_steps("Refused", found.refusals), ""]
    lines += [f"WRONG {wrong}" for wrong in found.wrong] or [_verdict(found)]
    return "\n".join(lines)


def _ended(found: Explanation) -> str:
    return ", ".join(str(outcome["outcome"]) for outcome in found.outcomes) or "still open"


def _row(call: CallMoney) -> list[str]:
    number = call.call_id.removeprefix(f"{call.run_id}.")
    return [
        number,
        call.state,
        f"{call.kind} {call.name}",
        call.status or ("waiting" if call.settled_at_ms is None else "given_up"),
        *_amounts(call.quote_usd_micros, {entry: call.total(entry) for entry in COLUMNS}),
        usd(call.cost_usd_micros),
    ]


def _totals(found: Explanation) -> list[str]:
    quoted = sum(call.quote_usd_micros for call in found.every_call)
    cost = sum(call.cost_usd_micros for call in found.every_call)
    amounts = _amounts(quoted, {entry: found.total(entry) for entry in COLUMNS})
    return ["total", "", "", "", *amounts, usd(cost)]


def _amounts(quoted: int, moved: dict[str, int]) -> list[str]:
    return [usd(quoted), *(usd(amount) if amount else "-" for amount in moved.values())]


def _steps(title: str, steps: list[Step]) -> Iterator[str]:
    if steps:
        yield ""
        yield title
        yield from (f"  {step.text} ({step.place})" for step in steps)


def _verdict(found: Explanation) -> str:
    told, settled = found.told_usd_micros, found.settled_usd_micros
    if told is None:
        return f"The run is open: {settled} micro-USD are settled so far, which is what it says."
    since = sum(call.cost_usd_micros for call in found.every_call) - settled
    text = f"The outcome says {told} micro-USD, and the settlements come to {settled}: equal."
    return text + (f" Corrected since by {since}." if since else "")


def _as_dict(found: Explanation) -> dict[str, Any]:
    return {
        "run_id": found.run_id,
        "outcomes": [outcome["outcome"] for outcome in found.outcomes],
        "outcome_usd_micros": found.told_usd_micros,
        "settled_usd_micros": found.settled_usd_micros,
        "cost_usd_micros": sum(call.cost_usd_micros for call in found.every_call),
        "calls": [_call_dict(call) for call in found.every_call],
        "rungs": [step._asdict() for step in found.rungs],
        "refusals": [step._asdict() for step in found.refusals],
        "wrong": found.wrong,
    }


def _call_dict(call: CallMoney) -> dict[str, Any]:
    movements = [movement._asdict() for movement in call.movements]
    return {**asdict(call), "movements": movements, "cost_usd_micros": call.cost_usd_micros}
