"""What came of a bill, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tollway.cli.tabular import usd

if TYPE_CHECKING:
    from tollway.budget.against_ledger import Held
    from tollway.budget.bill import BillLine
    from tollway.budget.correcting import Became, Given
    from tollway.budget.corrections import Correction
    from tollway.budget.matching import Difference, Kind

TITLES: Mapping[Kind, str] = {
    "not_on_ledger": "Billed, and not on the ledger",
    "not_billed": "On the ledger, and not billed",
    "differs": "Billed otherwise than on the ledger",
    "duplicate": "Billed twice",
    "ambiguous": "Cannot be told apart",
    "not_settled": "Billed, and not settled yet",
}


BECAME: Mapping[Became, str] = {
    "corrected": "corrected",
    "not_correctable": "not corrected: its cost is known, or it is remembered no more",
    "on_its_way": "on its way; the ledger has not answered: are gateway and worker running?",
}


def in_words(held: Held, given: Given | None = None) -> str:
    """All of it."""
    found = held.found
    difference = found.billed_usd_micros - found.ledger_usd_micros
    billed, ledger = usd(found.billed_usd_micros), usd(found.ledger_usd_micros)
    lines = [
        f"Names {', '.join(sorted(found.names)) or 'none'}; {_period(held)}.",
        f"{len(held.bill.lines)} lines read, {len(found.matched)} calls matched.",
        f"Billed {billed}, on the ledger {ledger}, difference {usd(difference)}.",
        *_notes(held),
    ]
    for kind, title in TITLES.items():
        told = [_told(each) for each in found.differences if each.kind == kind]
        lines += ["", title, *told] if told else []
    if held.bill.unreadable:
        lines += ["", "Not read", *(f"  {u.where}: {u.reason}" for u in held.bill.unreadable)]
    if held.correctable:
        title = "Can be corrected on the ledger" if given is None else "Corrections"
        lines += ["", title, *_correctable(held, given)]
    return "\n".join(lines if held.differs else [*lines, "No differences."])


def as_dict(held: Held, given: Given | None = None) -> dict[str, Any]:
    """All of it; with corrections that were given, what became of each."""
    found = held.found
    return {
        "period": {"start_ms": found.period.start_ms, "end_ms": found.period.end_ms},
        "names": sorted(found.names),
        "lines": len(held.bill.lines),
        "matched": len(found.matched),
        "billed_usd_micros": found.billed_usd_micros,
        "ledger_usd_micros": found.ledger_usd_micros,
        "rounded_up": [line.where for line in held.bill.lines if line.rounded],
        "credits": [_credit(line) for line in held.bill.lines if line.usd_micros < 0],
        "differences": [each._asdict() for each in found.differences],
        "counts": dict(Counter(each.kind for each in found.differences)),
        "unreadable": [asdict(each) for each in held.bill.unreadable],
        "correctable": [{**each._asdict(), **_became(each, given)} for each in held.correctable],
    }


def _period(held: Held) -> str:
    start, end = held.found.period
    if end <= start:
        return "no period, so no call is missed: the bill has no times; give --from and --to"
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (start, end))
    return f"period {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"


def _notes(held: Held) -> Iterator[str]:
    rounded = sum(line.rounded for line in held.bill.lines)
    if rounded:
        yield f"{rounded} amounts are finer than a micro-dollar and were rounded up to one."
    for line in held.bill.lines:
        if line.usd_micros < 0:
            yield f"Credit on {line.where}: {usd(line.usd_micros)} {line.call_id or line.name}"


def _credit(line: BillLine) -> dict[str, Any]:
    return {"where": line.where, "usd_micros": line.usd_micros, "call_id": line.call_id}


def _told(difference: Difference) -> str:
    who = " ".join(part for part in (difference.call_id, difference.name) if part)
    where = f"{difference.where}: " if difference.where else ""
    billed, ledger = usd(difference.billed_usd_micros), usd(difference.ledger_usd_micros)
    return f"  {where}{who}, {billed} billed, {ledger} on the ledger; {difference.said}"


def _correctable(held: Held, given: Given | None) -> Iterator[str]:
    for each in held.correctable:
        settled, actual = usd(each.settled_usd_micros), usd(each.actual_usd_micros)
        became = "" if given is None else f"; {BECAME[given.of(each.call_id)]}"
        yield f"  {each.call_id} of {each.workspace}: from {settled} to {actual}{became}"


def _became(each: Correction, given: Given | None) -> dict[str, str]:
    return {} if given is None else {"became": given.of(each.call_id)}
