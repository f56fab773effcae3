"""A call's money in a draft: reserved where the call is emitted, settled where it is answered.

A provider that bills above the reservation has broken the limit that was sent to it. The true
cost counts all the same, as a settlement at the reservation and a violation beyond it, and what
was called is disabled in the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from streams.core import budget, disabled, tables
from streams.core.disabled import Place
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
    provider may bill in either, and the reservation was held in both. An account whose window
    counts no more may have been dropped, and stays so.
    """
    keys = [key for key in pending["accounts"] if draft.get(tables.BUDGET, key) is not None]
    held = pending["reserved_usd_micros"]
    carried = [
        late
        for key in keys
        if (late := budget.carried_to(key, now_ms)) is not None and budget.counts(late, now_ms)
    ]
    for key, was_held in [*((key, held) for key in keys), *((key, 0) for key in carried)]:
        entry = budget.settled(draft.get(tables.BUDGET, key), was_held, cost)
        draft.put(tables.BUDGET, key, entry)
    counted = [*keys, *carried]
    _record(draft, "settle", pending, min(cost, held), counted)
    if cost > held:
        _violated(draft, pending, held, cost, now_ms)
        _record(draft, "violation", pending, cost - held, counted)


def correct(draft: Draft, overdue: OverdueEntry, cost: int, now_ms: int) -> None:
    """Put the actual cost, in micro-USD, in the place of what a call was settled at unheard of.

    That was its reservation, so more is a violation. An account that went with its run is left
    out.
    """
    more = cost - overdue["settled_usd_micros"]
    standing = [key for key in overdue["accounts"] if draft.get(tables.BUDGET, key) is not None]
    for key in standing:
        draft.put(tables.BUDGET, key, budget.settled(draft.get(tables.BUDGET, key), 0, more))
    if more > 0:
        _violated(draft, overdue, overdue["settled_usd_micros"], cost, now_ms)
    _record(draft, "violation" if more > 0 else "correct", overdue, more, standing)


def _violated(
    draft: Draft, call: PendingCall | OverdueEntry, held: int, cost: int, now_ms: int
) -> None:
    """A provider broke the limit that it was sent: what it bills is owed, and it is disabled."""
    why = (
        f"call {call['call_id']} cost {cost} micro-USD, {cost - held} above the {held} that were "
        "held for it"
    )
    disabled.disable(draft, Place(draft.workspace), call["name"], why, now_ms)


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
