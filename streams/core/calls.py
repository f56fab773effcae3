"""A call in a draft: emitted with its reservation and its audit record, and taken back in.

The number of a call in its run makes its idempotency key, the same for every attempt; the
attempt makes the call id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import RecordError
from streams.core import accesses, money, retry_budget, runs
from streams.core.hashing import content_hash
from streams.core.states import Answer, Ask
from streams.core.verdicts import Admitted
from streams.core.visit import Visit

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, PendingCall, RunState
    from streams.core.workflow import CallType, Workflow


GRACE_MS = 5_000
"""For the way of an answer back, and for clocks that differ a little."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as a state asked for it. `attempt` is 1 for the first."""

    ask: Ask
    attempt: int


def emit(visit: Visit, run: RunState, asked: Asked, admitted: Admitted) -> None:
    """Hold the worst case, forward the call to its pool, and let the run wait for the answer."""
    draft = visit.draft
    new = 1 if asked.attempt == 1 else 0
    run = {**run, "calls": run["calls"] + new, "visit_calls": run["visit_calls"] + new}
    call = _call(visit, run, asked, admitted)
    pending = _pending(call, [account.key for account in admitted.accounts])
    money.reserve(draft, pending)
    if new:
        retry_budget.earn(draft, call["kind"], call["name"], visit.workflow.contract)
    draft.emit(f"calls.{call['kind']}", call["workspace"], "call", call)
    runs.wait(draft, run, visit.state, pending, heard_by_ms(call))
    draft.rule = draft.rule or f"{visit.state}.call"
    draft.accesses.append(accesses.asked_for(call, asked.ask, admitted.sources))


def heard_by_ms(call: Call) -> int:
    """When the call is settled unheard of: the latest start, the longest act, and the way back."""
    return call["not_after_ms"] + call["act_limit_ms"] + GRACE_MS


def answer_of(result: CallResult, call_type: CallType | None) -> Answer:
    """The typed answer in a result; one that does not conform is a rejected call."""
    call_id = result["call_id"]
    if result["status"] != "done":
        return Answer(call_id, result["status"], error=result["error"] or result["status"])
    if call_type is None:
        return Answer(call_id, "rejected", error="result of a call that this workflow lacks")
    try:
        typed = call_type.decode_result(result["result_schema"], result["result"])
    except RecordError as error:
        return Answer(call_id, "rejected", error=f"result does not conform: {error}")
    return Answer(call_id, "done", typed, payload_hash=result["payload_hash"])


def _call(visit: Visit, run: RunState, asked: Asked, admitted: Admitted) -> Call:
    key = f"{run['run_id']}.{run['calls']}"
    policy = visit.workflow.contract.policy(visit.state)
    return {
        "call_id": f"{key}.{asked.attempt}",
        "run_id": run["run_id"],
        "workspace": run["workspace"],
        "user_id": run["user_id"],
        "workflow": run["workflow"],
        "state": visit.state,
        "kind": asked.ask.kind,
        "name": asked.ask.name,
        "attempt": asked.attempt,
        "idempotency_key": key,
        "arguments_schema": admitted.call_type.arguments_schema,
        "arguments": admitted.arguments,
        "reserved_usd_micros": admitted.worst_case_usd_micros,
        "issued_at_ms": visit.now_ms,
        "not_after_ms": visit.now_ms + policy.timeout_ms,
        "act_limit_ms": policy.act_limit_ms,
        "rates": dict(admitted.rates),
        "priced_by": _priced_by(asked.ask, visit.workflow),
    }


def _priced_by(ask: Ask, workflow: Workflow) -> str:
    """The version of what the quote was taken from."""
    versions = workflow.versions
    return versions["price_book"] if ask.kind == "model" else versions["contract"]


def _pending(call: Call, account_keys: list[str]) -> PendingCall:
    return {
        "call_id": call["call_id"],
        "kind": call["kind"],
        "name": call["name"],
        "attempt": call["attempt"],
        "idempotency_key": call["idempotency_key"],
        "reserved_usd_micros": call["reserved_usd_micros"],
        "accounts": account_keys,
        "not_after_ms": call["not_after_ms"],
        "parameters_hash": content_hash(call["arguments"]),
    }
