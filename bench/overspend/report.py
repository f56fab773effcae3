"""Results as JSON for programs and as Markdown for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.overspend.cells import MEANINGS, Fault
from bench.overspend.contesting import NotRun, Result
from bench.overspend.judging import Verdict

HEAD = (
    "system",
    "spent ÷ cap",
    "refused although affordable",
    "refused near the cap",
    "asks",
    "admission p50 ms",
    "p99 ms",
)
Settings = Mapping[str, Mapping[str, str]]
"""Versions and settings, by system."""


def as_json(results: Sequence[Result], settings: Settings, conditions: Mapping[str, str]) -> Any:
    """Everything."""
    return {
        "cells": [_cell(one) for one in results],
        "worst": worst(results),
        "settings": {name: dict(of_one) for name, of_one in settings.items()},
        "conditions": dict(conditions),
    }


def worst(results: Iterable[Result]) -> dict[str, float]:
    """The largest spent over cap of each system, while its provider keeps the limits sent to it."""
    found: dict[str, float] = {}
    for one in results:
        if isinstance(one, Verdict) and one.cell.fault != "over_limit":
            found[one.cell.system] = max(found.get(one.cell.system, 0.0), one.spent_over_cap)
    return found


def as_text(results: Sequence[Result], settings: Settings, conditions: Mapping[str, str]) -> str:
    """A table for each fault, cap and load; then notes, settings and conditions."""
    lines: list[str] = ["| system | largest spent ÷ cap, over_limit apart |", "| --- | ---: |"]
    lines += [f"| {name} | {ratio:.6f} |" for name, ratio in worst(results).items()]
    for place in dict.fromkeys(map(_place, results)):
        lines += ["", *_table(place, [one for one in results if _place(one) == place])]
    lines += ["", *dict.fromkeys(_notes(results))]
    lines += [f"- {name}: {_joined(of_one)}" for name, of_one in settings.items()]
    lines += [f"- {name}: {value}" for name, value in conditions.items()]
    return "\n".join(lines)


def _place(one: Result) -> tuple[Fault, int, int]:
    return one.cell.fault, one.cell.cap_calls, one.cell.in_flight


def _table(place: tuple[Fault, int, int], results: Iterable[Result]) -> Iterable[str]:
    fault, cap_calls, in_flight = place
    yield f"**{fault}** ({MEANINGS[fault]}), cap {cap_calls:,} calls' worth, {in_flight} in flight"
    yield ""
    yield _row(HEAD)
    yield _row(["---", *["---:"] * (len(HEAD) - 1)])
    for one in results:
        yield _row(_shown(one))


def _shown(one: Result) -> Sequence[str]:
    if isinstance(one, NotRun):
        short = "n/a" if one.reason.startswith("n/a") else "not run"
        return [one.cell.system, short, *[""] * (len(HEAD) - 2)]
    return [
        one.cell.system,
        f"{one.spent_over_cap:.6f}",
        str(one.refused_affordable),
        f"{one.refused_near_cap:.1%}",
        str(one.asks),
        _ms(one.admission_p50_ms),
        _ms(one.admission_p99_ms),
    ]


def _notes(results: Iterable[Result]) -> Iterable[str]:
    for one in results:
        if isinstance(one, NotRun):
            where = f"{one.cell.system}, {one.cell.fault}" if _is_na(one) else one.cell.system
            yield f"- {where}: {one.reason}"
            continue
        notes = [*one.notes, *_of_violation(one)]
        if notes:
            yield f"- {one.cell.account}: {'; '.join(notes)}"


def _of_violation(one: Verdict) -> Iterable[str]:
    if one.details.get("violations"):
        yield (
            f"{one.details['violations']} settlements above their reservation, "
            f"{one.details['admitted_after_violation']} calls let through after the first"
        )


def _is_na(one: NotRun) -> bool:
    return one.reason.startswith("n/a")


def _cell(one: Result) -> dict[str, Any]:
    if isinstance(one, NotRun):
        return {**asdict(one.cell), "not_run": one.reason}
    figures = asdict(one)
    return {**figures.pop("cell"), **figures.pop("details"), **figures}


def _joined(of_one: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in of_one.items())


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
