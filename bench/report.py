"""Results as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.results import IDLE_HOP_AIM_MS, Figures, Ratio, Results

COLUMNS: Mapping[str, str] = {
    "runs_per_s": "runs/s",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "p99_ms": "p99 ms",
    "idle_p50_ms": "idle p50 ms",
    "worker_cpu_s_per_1000_runs": "CPU s/1,000 runs, worker",
    "server_cpu_s_per_1000_runs": "server",
}
WHOLE_FROM = 100
"""Figures from here on are shown without decimals."""


def as_json(results: Results, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Everything, with what was not measured and why."""
    missing = {name: {"not_measured": reason} for name, reason in results.reasons.items()}
    ratios = {
        f"{ratio.system} / {ratio.over}": {"ratio": value, "aim": ratio.aim}
        for ratio, value in results.ratios().items()
    }
    return {
        "systems": {**results.figures(), **missing},
        "ratios": ratios,
        "conditions": dict(conditions),
    }


def as_text(results: Results, conditions: Mapping[str, Any]) -> str:
    """A Markdown table, the ratios with their aims, and what it was measured on."""
    return "\n".join(
        [
            *_table(results.figures()),
            *(f"\n{name}: not measured: {reason}" for name, reason in results.reasons.items()),
            "",
            *_ratios(results.ratios()),
            *_hop(results.figures()),
            "",
            *(f"- {name}: {value}" for name, value in conditions.items()),
        ]
    )


def _table(figures: Mapping[str, Figures]) -> Sequence[str]:
    rows = [
        [name, *(_shown(of_one[column]) for column in COLUMNS)] for name, of_one in figures.items()
    ]
    return [
        _row(["system", *COLUMNS.values()]),
        _row(["---"] + ["---:"] * len(COLUMNS)),
        *map(_row, rows),
    ]


def _ratios(ratios: Mapping[Ratio, float | None]) -> Sequence[str]:
    return [
        f"- {ratio.system} / {ratio.over}: {_shown(value)}{_aim(ratio.aim)}"
        for ratio, value in ratios.items()
        if value is not None
    ]


def _aim(aim: float | None) -> str:
    return "" if aim is None else f" (aim: at least {aim:g})"


def _hop(figures: Mapping[str, Figures]) -> Sequence[str]:
    if "tollway" not in figures:
        return []
    hop_ms = _shown(figures["tollway"]["idle_hop_p50_ms"])
    return [f"- tollway, one hop when idle, p50: {hop_ms} ms (aim: at most {IDLE_HOP_AIM_MS:g})"]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(value: float | None) -> str:
    if value is None:
        return "n/a"
    return f"{value:,.0f}" if value >= WHOLE_FROM else f"{value:.2f}"
