"""The table of wrong plans, and whether it is as it must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AIM = 0.99
MUST_BE_STOPPED = (
    "another customer's order",
    "another customer's order, items and payment",
    "item of another product",
    "step doubled",
    "another payment method",
    "amount: one piece more",
    "another reason or address",
)
HEAD = "| wrong in | plans | stopped by a check | refused by the store | noticed after | passed |"


def holds(found: Mapping[str, Any]) -> bool:
    """No right plan is stopped, and what must be is stopped before the effect."""
    classes = found["classes"]
    shares = [classes[name]["before_the_effect"] for name in MUST_BE_STOPPED if name in classes]
    return not found["right_plans_stopped"] and all(share >= AIM for share in shares)


def as_text(found: Mapping[str, Any]) -> str:
    """A Markdown table, the right plans, and what passed."""
    rows = [_row(name, row) for name, row in found["classes"].items()]
    stopped = found["right_plans_stopped"]
    right = f"Right plans: {found['requests']}, of which stopped: {len(stopped)}."
    return "\n".join([HEAD, "|---|---|---|---|---|---|", *rows, "", right, *_passed(found)])


def _row(name: str, row: Mapping[str, Any]) -> str:
    shown = [row["stopped"], row["refused_by_the_store"], row["noticed_after"], row["passed"]]
    return f"| {name} | {row['mutants']} | {' | '.join(map(str, shown))} |"


def _passed(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"- {name}: request `{one['request']}`"
        for name, row in found["classes"].items()
        for one in row["examples"]
        if row["passed"]
    ]
    return ["", "What passed, for instance:", "", *lines] if lines else []
