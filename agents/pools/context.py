"""What a tool or retriever is told about a call: whose it is, and never the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.tools.spec import CallContext

if TYPE_CHECKING:
    from schemas.records import Call


def context_of(call: Call) -> CallContext:
    """The context of a call."""
    return CallContext(
        run_id=call["run_id"],
        workspace=call["workspace"],
        user_id=call["user_id"],
        call_id=call["call_id"],
        idempotency_key=call["idempotency_key"],
        not_after_ms=call["not_after_ms"],
    )
