"""A call's money in a draft: reserved where the call is emitted, settled where it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import budget, tables
from streams.core.draft import Draft
from streams.core.retry import UNKNOWN_COST

if TYPE_CHECKING:
    from schemas.records import CallResult, PendingCall, RunState, SpendEntry
    from streams.core.budget import Account, Spender
    from streams.core.contract import Contract


def reserve(draft: Draft, call_id: str, name: str, amount: int, wanted: list[Account]) -> None:
    """Hold `amount` micro-USD against every account."""
    for account in wanted:
        entry = budget.reserved(draft.get(tables.BUDGET, account.key), amount)
        draft.put(tables.BUDGET, account.key, entry)
    _record(draft, "reserve", call_id, name, amount, [account.key for account in wanted])


def settle(
    draft: Draft,
    pending: PendingCall,
    result: CallResult,
    contract: Contract,
    who: Spender,
    now_ms: int,
) -> int:
    """Replace the reservation by the actual cost and return it, in micro-USD.

    A cost is counted in the window of its reservation and, when that has passed, in the present
    one too, since the provider may bill in either.
    """
    held = pending["reserved_usd_micros"]
    cost = held if result["status"] in UNKNOWN_COST else result["cost_usd_micros"]
    for key in pending["accounts"]:
        draft.put(tables.BUDGET, key, budget.settled(draft.get(tables.BUDGET, key), held, cost))
    for account in budget.accounts(contract.all_caps, who, pending["name"], now_ms):
        if account.key not in pending["accounts"]:
            entry = budget.settled(draft.get(tables.BUDGET, account.key), 0, cost)
            draft.put(tables.BUDGET, account.key, entry)
    _record(draft, "settle", pending["call_id"], pending["name"], cost, pending["accounts"])
    return cost


def give_up(draft: Draft, pending: PendingCall, run: RunState) -> RunState:
    """Settle a call that nobody will wait for at its reservation; returns the run with the cost."""
    held = pending["reserved_usd_micros"]
    for key in pending["accounts"]:
        draft.put(tables.BUDGET, key, budget.settled(draft.get(tables.BUDGET, key), held, held))
    _record(draft, "settle", pending["call_id"], pending["name"], held, pending["accounts"])
    return {**run, "spent_usd_micros": run["spent_usd_micros"] + held}


def _record(
    draft: Draft, entry: SpendEntry, call_id: str, name: str, amount: int, keys: list[str]
) -> None:
    draft.spend.append(
        {
            "entry": entry,
            "call_id": call_id,
            "name": name,
            "amount_usd_micros": amount,
            "accounts": keys,
        }
    )
