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


TABLES = {
    "classes": "Checks by code alone, on the requests as they are recorded:",
    "in_few_words": "The same on requests without options and addresses, where code has less to "
    "compare with:",
    "in_few_words_with_verifier": "And with a scripted verifier that knows the recorded steps:",
}


def as_text(found: Mapping[str, Any]) -> str:
    """Markdown tables, the right plans, and what passed."""
    stopped = found["right_plans_stopped"]
    right = f"Right plans: {found['requests']}, of which stopped: {len(stopped)}."
    parts = [_table(title, found[name]) for name, title in TABLES.items()]
    return "\n\n".join([right, *parts, *_passed(found)])


def _table(title: str, classes: Mapping[str, Any]) -> str:
    rows = [_row(name, row) for name, row in classes.items()]
    return "\n".join([title, "", HEAD, "|---|---|---|---|---|---|", *rows])


def _row(name: str, row: Mapping[str, Any]) -> str:
    shown = [row["stopped"], row["refused_by_the_store"], row["noticed_after"], row["passed"]]
    return f"| {name} | {row['mutants']} | {' | '.join(map(str, shown))} |"


def _passed(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"- {name}: request `{one['request']}`"
        for table in TABLES
        for name, row in found[table].items()
        for one in row["examples"]
        if row["passed"]
    ]
    return ["What passed or was noticed late, for instance:", "\n".join(lines)] if lines else []
