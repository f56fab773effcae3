"""Which path of its contract a run takes: the first row that fits, once, on its first visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import budget

if TYPE_CHECKING:
    from schemas.records import RunState
    from streams.core.contract import Contract
    from streams.core.routing.path import Path
    from streams.core.verdicts import Situation

NO_PATH = "none"
"""The path of a run that fits no row of its contract."""


def on_path(run: RunState, at: Situation) -> RunState:
    """The run on its path; one that fits no row, or a row that says so, goes to a person."""
    contract = at.workflow.contract
    left = _headroom_usd_micros(at)
    path = next((row for row in contract.paths if _fits(row, run, left)), None)
    if path is None:
        facts = f"risk {run['risk']}, customer tier {run['customer_tier']}, {left} micro-USD left"
        return _escalated(run, NO_PATH, f"no path of {contract.workflow} is for {facts}")
    if path.escalate:
        return _escalated(run, path.name, f"path {path.name} of {contract.workflow} is a person's")
    return {**run, "path": path.name}


def path_named(contract: Contract, name: str) -> Path | None:
    """The row of that name."""
    return next((row for row in contract.paths if row.name == name), None)


def _fits(row: Path, run: RunState, left_usd_micros: int) -> bool:
    asked = (
        (row.intents, run["intent"]),
        (row.risks, run["risk"]),
        (row.customer_tiers, run["customer_tier"]),
    )
    within = all(not wanted or fact in wanted for wanted, fact in asked)
    return within and left_usd_micros >= row.min_headroom_usd_micros


def _headroom_usd_micros(at: Situation) -> int:
    """What the tightest cap of every call of the run has left; caps of single names aside."""
    caps = [cap for cap in at.workflow.contract.all_caps if cap.scope != "tool" and not cap.name]
    accounts = budget.accounts(caps, at.who, "", at.now_ms, at.set_cap)
    return min(budget.headroom(account, at.read) for account in accounts)


def _escalated(run: RunState, path: str, reason: str) -> RunState:
    return {**run, "path": path, "error": run["error"] or f"routing: {reason}"}
