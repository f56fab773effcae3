"""What the audit record says of a call: when it is asked for, and when it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from streams.core.hashing import content_hash

if TYPE_CHECKING:
    from schemas.records import Access, Approval, Call, CallResult, OverdueEntry, PendingCall
    from streams.core.states import Ask


def asked_for(call: Call, ask: Ask, sources: Mapping[str, str]) -> Access:
    """A call was decided: what it is to touch, why, and where its arguments come from."""
    return {
        "what": f"{call['kind']} {call['name']}",
        "why": ask.why,
        "ids": list(ask.ids),
        "parameters_hash": content_hash(call["arguments"]),
        "response_hash": "",
        "provider": "",
        "call_id": call["call_id"],
        "status": "",
        "pool": "",
        "input_tokens": 0,
        "output_tokens": 0,
        "started_at_ms": 0,
        "finished_at_ms": 0,
        "sources": dict(sources),
    }


def answered(asked: PendingCall | OverdueEntry, result: CallResult) -> Access:
    """A call was answered: what came back, who served it, and when."""
    return {
        "what": f"{asked['kind']} {asked['name']}",
        "why": f"answered {result['status']}",
        "ids": [],
        "parameters_hash": asked["parameters_hash"],
        "response_hash": result["payload_hash"] or _hash_of(result["result"]),
        "provider": result["provider"],
        "call_id": asked["call_id"],
        "status": result["status"],
        "pool": result["pool"],
        "input_tokens": result["input_tokens"],
        "output_tokens": result["output_tokens"],
        "started_at_ms": result["started_at_ms"],
        "finished_at_ms": result["finished_at_ms"],
        "sources": {},
    }


def of_approval(record: Approval) -> Access:
    """A person was asked, or answered, or time did: who, what and why."""
    question = record["question"]
    rule = f"approval {question['rule']}" if question else "approval"
    return {
        "what": rule,
        "why": record["reason"],
        "ids": [record["approval_id"]],
        "parameters_hash": question["arguments_hash"] if question else "",
        "response_hash": "",
        "provider": record["approver"],
        "call_id": question["call_id"] if question else "",
        "status": record["status"],
        "pool": "",
        "input_tokens": 0,
        "output_tokens": 0,
        "started_at_ms": 0,
        "finished_at_ms": record["at_ms"],
        "sources": {},
    }


def _hash_of(result: bytes) -> str:
    return content_hash(result) if result else ""
