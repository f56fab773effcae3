"""What came of it, as JSON for programs and as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.short_money.counting import Counts
from bench.short_money.running import Found


def as_json(found: Found, conditions: Mapping[str, str]) -> dict[str, Any]:
    """Everything."""
    return {
        "requests": found.requests,
        "usual_usd_micros": found.usual_usd_micros,
        "short": _counts(found.short),
        "raised": None if found.raised is None else _counts(found.raised),
        "took_s": found.took_s,
        "conditions": dict(conditions),
    }


def as_text(found: Found, conditions: Mapping[str, str]) -> str:
    """The same as Markdown."""
    stages = {"short of money": found.short, "after the cap was raised": found.raised}
    shown = {name: one for name, one in stages.items() if one is not None}
    return "\n".join(
        [
            *_table(("", *shown), _rows(list(shown.values()))),
            "",
            *_table(("rung", "runs that took it"), found.short.rungs.items()),
            "",
            *_table(("refused because", "runs"), found.short.refusals.items()),
            "",
            f"- one request with plenty: {found.usual_usd_micros} micro-USD",
            *(f"- {name}: {value}" for name, value in conditions.items()),
        ]
    )


def _counts(one: Counts) -> dict[str, Any]:
    return {**asdict(one), "spent_over_cap": one.spent_over_cap, "books_agree": one.books_agree}


def _rows(stages: Sequence[Counts]) -> Iterator[tuple[object, ...]]:
    yield "cap, micro-USD", *(f"{one.cap_usd_micros:,}" for one in stages)
    yield "spent ÷ cap", *(f"{one.spent_over_cap:.6f}" for one in stages)
    for kind in ("resolved", "escalated", "failed"):
        yield kind, *(one.outcomes.get(kind, 0) for one in stages)
    yield "paused, with their state", *(one.paused for one in stages)
    yield "orders cancelled in the store", *(one.orders_cancelled for one in stages)
    yield "refused without a plain reason", *(one.unexplained for one in stages)


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---", *["---:"] * (len(head) - 1)])
    yield from map(_row, rows)


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
