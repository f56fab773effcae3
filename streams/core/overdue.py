"""Calls whose cost nobody knew when they were settled, and what becomes known of them after all.

In doubt, or nothing heard by the deadline: settled at the reservation, since it may have been
billed. A late answer, or else the provider's bill, corrects the money, once, on the accounts that
still stand, and changes no run. The ledger remembers such a call as long as its contract says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from streams.core import accesses, money, runs, tables
from streams.core.contract import Contract
from streams.core.draft import Draft
from streams.core.results import blank_result

if TYPE_CHECKING:
    from schemas.records import CallResult, OverdueEntry, PendingCall, RunState


def unheard(run: RunState, pending: PendingCall) -> CallResult:
    """What stands in for the answer that did not come; in doubt, it costs what was reserved."""
    return {
        **blank_result(pending["call_id"], run["run_id"], run["workspace"]),
        "status": "in_doubt",
        "error": "nothing was heard of it by its deadline; whether it was done is unknown",
    }


def remember(
    draft: Draft, run: RunState, pending: PendingCall, contract: Contract, now_ms: int
) -> None:
    """Keep what a late answer to the call, settled just now, will need."""
    settled = next(s for s in draft.spend if s["call_id"] == pending["call_id"])
    entry: OverdueEntry = {
        "call_id": pending["call_id"],
        "kind": pending["kind"],
        "name": pending["name"],
        "parameters_hash": pending["parameters_hash"],
        "settled_usd_micros": settled["amount_usd_micros"],
        "accounts": settled["accounts"],
        "forget_at_ms": now_ms + contract.remember_hours * runs.HOUR_MS,
    }
    draft.put(tables.OVERDUE, tables.key(run["workspace"], pending["call_id"]), entry)


def correct(draft: Draft, result: CallResult, now_ms: int) -> bool:
    """Take in a late answer; False when none was missing."""
    key = tables.key(result["workspace"], result["call_id"])
    entry = cast("OverdueEntry | None", draft.get(tables.OVERDUE, key))
    if entry is None:
        return False
    draft.accesses.append(accesses.answered(entry, result))
    if result["status"] != "in_doubt":
        draft.put(tables.OVERDUE, key, None)
        money.correct(draft, entry, result["cost_usd_micros"], now_ms)
    return True


def correct_by_bill(
    draft: Draft, workspace: str, call_id: str, actual_usd_micros: int, now_ms: int
) -> bool:
    """Take in what a call was billed at; False when its cost is known, or remembered no more."""
    key = tables.key(workspace, call_id)
    entry = cast("OverdueEntry | None", draft.get(tables.OVERDUE, key))
    if entry is None:
        return False
    draft.put(tables.OVERDUE, key, None)
    money.correct(draft, entry, actual_usd_micros, now_ms)
    return True
