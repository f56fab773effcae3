"""The counts as JSON for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bench.chaos.counting import Counts

EXAMPLES = 5
"""How many of each violation are shown."""


def as_json(counts: Counts, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Everything."""
    effects = counts.effects
    return {
        "runs": counts.runs,
        "faults": sum(counts.faults.values()),
        "lost": len(counts.lost),
        "conflicting": len(counts.conflicting),
        "effects": len(effects.effects),
        "intents": len(effects.intents),
        "unaudited": len(effects.unaudited),
        "acted_twice": len(counts.acted_twice),
        "given_up_early": len(counts.given_up_early),
        "spent_over_cap": round(counts.spent_over_cap, 4),
        "billed_over_cap": round(counts.billed_over_cap, 4),
        "warehouse_equal": not counts.warehouse_differences,
        "audit_findings": len(counts.findings),
        "in_doubt": len(effects.in_doubt),
        "resume_ms": {name: found._asdict() for name, found in counts.resume_ms.items()},
        "outcomes": dict(counts.outcomes),
        "faults_by_kind": dict(counts.faults),
        "in_doubt_keys": {
            key: "done" if key in effects.effects else "not done"
            for key in sorted(effects.in_doubt)
        },
        "violations": counts.violations,
        "examples": _examples(counts),
        "conditions": dict(conditions),
    }


def as_text(counts: Counts, conditions: Mapping[str, Any]) -> str:
    """Markdown: counts, times to resume, violations, conditions."""
    found = as_json(counts, conditions)
    figures = [(name, value) for name, value in found.items() if not isinstance(value, dict)]
    resumes = [
        (name, counts.faults[name], f"{r.median:,.0f}", f"{r.max:,.0f}", r.samples)
        for name, r in counts.resume_ms.items()
    ]
    return "\n".join(
        [
            *_table(("count", "value"), figures),
            "",
            *_table(("fault", "times", "resume median ms", "max ms", "partitions"), resumes),
            "",
            *(f"- outcome {name}: {number}" for name, number in counts.outcomes.items()),
            *(f"- in doubt: {key}, {done}" for key, done in found["in_doubt_keys"].items()),
            *(f"- {name}: {value}" for name, value in conditions.items()),
            *_violations(counts),
        ]
    )


def _violations(counts: Counts) -> Iterable[str]:
    if not counts.violations:
        yield "- violations: none"
    for name, examples in _examples(counts).items():
        yield f"- VIOLATED {name}: {counts.violations[name]}, such as"
        yield from (f"  - {example}" for example in examples)


def _examples(counts: Counts) -> dict[str, list[str]]:
    lists: dict[str, Iterable[str]] = {
        "lost": counts.lost,
        "conflicting": counts.conflicting,
        "acted_twice": counts.acted_twice,
        "given_up_early": counts.given_up_early,
        "unaudited": sorted(counts.effects.unaudited),
        "effects_missing": sorted(counts.effects.missing),
        "effects_unintended": sorted(counts.effects.unintended),
        "spent_over_cap": [f"{counts.spent_over_cap:.4f}"],
        "billed_over_cap": [f"{counts.billed_over_cap:.4f}"],
        "warehouse_differences": counts.warehouse_differences,
        "audit_findings": counts.findings,
    }
    return {name: list(lists[name])[:EXAMPLES] for name in counts.violations}


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterable[str]:
    yield _row(head)
    yield _row(["---", *["---:"] * (len(head) - 1)])
    yield from map(_row, rows)


def _row(cells: Iterable[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
