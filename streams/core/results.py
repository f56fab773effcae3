"""A result before anything is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import CallResult


def blank_result(call_id: str, run_id: str, workspace: str) -> CallResult:
    """The answer to a call of which nothing is known but whose it is."""
    return {
        "call_id": call_id,
        "run_id": run_id,
        "workspace": workspace,
        "status": "failed",
        "result_schema": "",
        "result": b"",
        "error": "",
        "cost_usd_micros": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "provider": "",
        "pool": "",
        "started_at_ms": 0,
        "finished_at_ms": 0,
        "payload_hash": "",
        "payload_bytes": 0,
    }
