"""What a soak found, as JSON for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bench.soak.running import Found
from bench.soak.verdict import trends

HEAD = ("figure", "first", "mean, 2nd half", "last", "highest", "an hour adds", "at most")


def as_json(found: Found, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Trends, what is not flat, and the conditions."""
    figures = trends(found.times_s, found.looks)
    return {
        "runs": found.runs,
        "seconds": round(found.seconds, 1),
        "outcomes": dict(found.outcomes),
        "not_ended": found.runs - sum(found.outcomes.values()),
        "looks": len(found.looks),
        "times_s": [round(at, 1) for at in found.times_s],
        "series": {name: [seen.get(name, 0) for seen in found.looks] for name in figures},
        "trends": {name: asdict(trend) for name, trend in figures.items()},
        "not_flat": [name for name, trend in figures.items() if not trend.flat],
        "conditions": dict(conditions),
    }


def as_text(shown: Mapping[str, Any]) -> str:
    """The same as Markdown."""
    rows = [
        (name, *(_number(trend[part]) for part in ("first", "mean", "last", "highest")),
         _number(trend["per_hour"]), _number(trend["limit"]))
        for name, trend in shown["trends"].items()
    ]  # fmt: skip
    return "\n".join(
        [
            _row(HEAD),
            _row(["---", *["---:"] * (len(HEAD) - 1)]),
            *map(_row, rows),
            "",
            f"- not flat: {', '.join(shown['not_flat']) or 'none'}",
            _outcomes(shown),
            *(f"- {name}: {value}" for name, value in shown["conditions"].items()),
        ]
    )


def _outcomes(shown: Mapping[str, Any]) -> str:
    ended = f"{shown['runs']} in {shown['seconds']:,.0f} s, outcomes {shown['outcomes']}"
    return f"- runs: {ended}, without one {shown['not_ended']}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def _row(cells: Any) -> str:
    return f"| {' | '.join(map(str, cells))} |"
