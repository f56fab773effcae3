"""A call on its way, as an entry of the runs table has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import PendingCall


def pending_call(call_id: str, name: str, amount: int, keys: list[str]) -> PendingCall:
    return {
        "call_id": call_id,
        "kind": "tool",
        "name": name,
        "attempt": 1,
        "idempotency_key": call_id,
        "reserved_usd_micros": amount,
        "accounts": keys,
        "not_after_ms": 0,
        "parameters_hash": "",
    }
