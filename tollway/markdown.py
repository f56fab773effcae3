"""Tables of the docs that are made from tables in the code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from agents.checks import CHECKS
from agents.contracts.fields import Row, rows
from agents.contracts.walking import EACH
from streams.core.metrics import METRICS, Metric

BETWEEN = {
    "caps": "caps[]",
    "approvals": "approvals[]",
    "prices_usd_micros": "prices_usd_micros.NAME",
    "states": "states.STATE",
}
"""How a list of mappings and a mapping from names are written in the path of a field."""


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def contract_fields() -> str:
    """Every field of a contract."""
    head = ("field", "takes", "left out", "meaning", "example")
    return table(head, (_field(row) for row in rows().values()))


def contract_checks() -> str:
    """Every check that Tollway brings."""
    return table(
        ("check", "holds when"),
        ((f"`{name}`", (check.__doc__ or "").strip()) for name, check in CHECKS.items()),
    )


def metrics() -> str:
    """Every metric."""
    head = ("metric", "kind, unit", "labels", "exposed by", "meaning", "what to do about it")
    return table(head, (_metric(metric) for metric in METRICS))


def _metric(metric: Metric) -> Sequence[str]:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "none"
    kind = f"{metric.kind}, {metric.unit}"
    return (
        f"`{metric.name}`",
        kind,
        labels,
        ", ".join(metric.exposed_by),
        metric.meaning,
        metric.todo,
    )


def _field(row: Row) -> Sequence[str]:
    first, *rest = (part for part in row.pattern if part != EACH)
    path = ".".join([BETWEEN.get(first, first) if rest else first, *rest])
    left_out = "**never**" if row.required else _default(row)
    return f"`{path}`", row.takes, left_out, row.meaning, f"`{orjson.dumps(row.example).decode()}`"


def _default(row: Row) -> str:
    nothing = row.default is None or row.default == []
    return "none" if nothing else f"`{orjson.dumps(row.default).decode()}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
