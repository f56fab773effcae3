"""A call's money in a draft: reserved where the call is emitted, settled where it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from streams.core import budget, tables
from streams.core.draft import Draft
from streams.core.retry import UNKNOWN_COST

if TYPE_CHECKING:
    from schemas.records import CallResult, OverdueEntry, PendingCall, RunState, SpendEntry


def reserve(draft: Draft, pending: PendingCall) -> None:
    """Hold the call's worst case against each of its accounts."""
    amount = pending["reserved_usd_micros"]
    for key in pending["accounts"]:
        draft.put(tables.BUDGET, key, budget.reserved(draft.get(tables.BUDGET, key), amount))
    _record(draft, "reserve", pending, amount, pending["accounts"])


def settle(draft: Draft, pending: PendingCall, result: CallResult, now_ms: int) -> int:
    """Replace the reservation by the actual cost and return it, in micro-USD."""
    unknown = result["status"] in UNKNOWN_COST
    cost = pending["reserved_usd_micros"] if unknown else result["cost_usd_micros"]
    replace(draft, pending, cost, now_ms)
    return cost


def give_up(draft: Draft, pending: PendingCall, run: RunState, now_ms: int) -> RunState:
    """Settle a call that nobody will wait for at its reservation; returns the run with the cost."""
    held = pending["reserved_usd_micros"]
    replace(draft, pending, held, now_ms)
    return {**run, "spent_usd_micros": run["spent_usd_micros"] + held}


def replace(draft: Draft, pending: PendingCall, cost: int, now_ms: int) -> None:
    """Count a cost, in micro-USD, where the call was held.

    That is in the window of the reservation and, once that has passed, in the next one too: the
    provider may bill in either, and the reservation was held in both.
    """
    keys, held = pending["accounts"], pending["reserved_usd_micros"]
    carried = [late for key in keys if (late := budget.carried_to(key, now_ms)) is not None]
    for key, was_held in [*((key, held) for key in keys), *((key, 0) for key in carried)]:
        entry = budget.settled(draft.get(tables.BUDGET, key), was_held, cost)
        draft.put(tables.BUDGET, key, entry)
    _record(draft, "settle", pending, cost, [*keys, *carried])


def correct(draft: Draft, overdue: OverdueEntry, cost: int) -> None:
    """Put the actual cost, in micro-USD, in the place of what a call was settled at unheard of.

    An account that went with its run is left out.
    """
    more = cost - overdue["settled_usd_micros"]
    standing = [key for key in overdue["accounts"] if draft.get(tables.BUDGET, key) is not None]
    for key in standing:
        draft.put(tables.BUDGET, key, budget.settled(draft.get(tables.BUDGET, key), 0, more))
    _record(draft, "correct", overdue, more, standing)


def _record(
    draft: Draft,
    entry: SpendEntry,
    call: PendingCall | OverdueEntry,
    amount: int,
    keys: Sequence[str],
) -> None:
    draft.spend.append(
        {
            "entry": entry,
            "call_id": call["call_id"],
            "name": call["name"],
            "amount_usd_micros": amount,
            "accounts": list(keys),
        }
    )
