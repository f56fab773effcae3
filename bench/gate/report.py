"""What the gate costs, as JSON for programs and as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.gate.state import Kept
from bench.gate.timing import Times

HEAD = (
    "case",
    "call",
    "gate us",
    "gate decisions/s",
    "step with it us",
    "without us",
    "added us",
    "added p99 us",
)
STATE_HEAD = ("kept", "entries", "median B", "largest B", "until")


@dataclass(frozen=True, slots=True)
class Case:
    """One step, measured among so many other runs and workspaces."""

    name: str
    call: str
    others: int
    times: Times


def as_json(
    cases: Sequence[Case], kept: Sequence[Kept], conditions: Mapping[str, str]
) -> dict[str, Any]:
    """Everything."""
    return {
        "cases": [
            {**asdict(one), "gate_decisions_per_s": one.times.gate_decisions_per_s} for one in cases
        ],
        "state": [asdict(one) for one in kept],
        "conditions": dict(conditions),
    }


def as_text(cases: Sequence[Case], kept: Sequence[Kept], conditions: Mapping[str, str]) -> str:
    """The same as Markdown."""
    return "\n".join(
        [
            *_table(HEAD, map(_timed, cases), left=2),
            "",
            *_table(STATE_HEAD, map(_held, kept), left=1),
            "",
            *(f"- {name}: {value}" for name, value in conditions.items()),
        ]
    )


def _timed(one: Case) -> list[str]:
    times = one.times
    figures = (times.with_gate_us, times.without_gate_us, times.added_us, times.added_p99_us)
    return [
        one.name,
        one.call,
        f"{times.gate_us:.0f}",
        f"{times.gate_decisions_per_s:,.0f}",
        *(f"{figure:.0f}" for figure in figures),
    ]


def _held(one: Kept) -> list[str]:
    return [
        one.what,
        str(one.count),
        f"{one.median_bytes:,.0f}",
        f"{one.largest_bytes:,}",
        one.until,
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> Iterable[str]:
    yield _row(head)
    yield _row(["---"] * left + ["---:"] * (len(head) - left))
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
