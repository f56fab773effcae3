"""Runs: how one begins, where its entry stands, and how it ends. Changes go into a draft."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from streams.core import budget, tables
from streams.core.budget import Spender
from streams.core.contract import REMEMBER_HOURS, Contract
from streams.core.draft import Draft
from streams.core.flow.quoting import quotes
from streams.core.graph import state_topic
from streams.core.packets import packet

if TYPE_CHECKING:
    from schemas.records import (
        AnsweredQuestion,
        ApprovalQuestion,
        Evidence,
        FinalOutcome,
        IntakeEvent,
        Outcome,
        PendingCall,
        RunEntry,
        RunState,
        Versions,
    )

NO_VERSIONS: Versions = {
    "contract": "",
    "prompts": "",
    "tools": "",
    "price_book": "",
    "approvers": "",
    "shared_caps": "",
}

HOUR_MS = 3_600_000
NOT_HERE = {"run": None, "pending": None, "due_at_ms": 0, "next_attempt": 0}
"""Of the entry of a run that waits for nothing: a record on a topic carries it, or it is over."""
OWN_LEVER = "run"
"""Of the lever that ends this run alone, in its key."""


def begin(event: IntakeEvent, run_id: str, versions: Versions, now_ms: int) -> RunState:
    """The state of a new run."""
    return {
        "run_id": run_id,
        "event_id": event["event_id"],
        "workspace": event["workspace"],
        "user_id": event["user_id"],
        "workflow": event["workflow"] or "",
        "intent": event["intent"] or "",
        "customer_tier": event["customer_tier"],
        "region": event["region"],
        "request": event["request"],
        "received_at_ms": now_ms,
        "versions": versions,
        "visits": {},
        "calls": 0,
        "visit_calls": 0,
        "evidence": [],
        "plan": [],
        "plan_complete": False,
        "checks": [],
        "rungs": [],
        "error": None,
        "answer": None,
        "citations": [],
        "outcome": "open",
        "spent_usd_micros": 0,
        "grants": [],
        "retries": 0,
        "remedies": [],
        "pause_until_ms": 0,
        "risk": "low",
        "path": "",
    }


def entry_key(workspace: str, run_id: str) -> str:
    """Where a run's entry stands in the runs table."""
    return tables.key(workspace, run_id)


def read_entry(draft: Draft, workspace: str, run_id: str) -> RunEntry | None:
    """The run's entry as the draft would leave it."""
    entry: RunEntry | None = draft.get(tables.RUNS, entry_key(workspace, run_id))
    return entry


def owner(run: RunState) -> Spender:
    """Whose money the run spends."""
    return Spender(run["workspace"], run["user_id"], run["run_id"])


def describe(draft: Draft, run: RunState, state: str) -> None:
    """Put on the draft which run is decided on, and in which state."""
    draft.run = run
    draft.run_id = run["run_id"]
    draft.workspace = run["workspace"]
    draft.workflow = run["workflow"]
    draft.state = state
    draft.versions = run["versions"]


def wait(draft: Draft, run: RunState, state: str, pending: PendingCall, due_at_ms: int) -> None:
    """The run stays where it is until `pending` is answered, or nothing is heard by then."""
    waiting = {"phase": "waiting", "state": state, "run": run, "pending": pending}
    _put(draft, run, {**waiting, "due_at_ms": due_at_ms, "next_attempt": 0})


def delay(draft: Draft, run: RunState, state: str, due_at_ms: int, next_attempt: int) -> None:
    """The run stays where it is until it is time for the next attempt of its call."""
    delayed = {"phase": "delayed", "state": state, "run": run, "pending": None}
    _put(draft, run, {**delayed, "due_at_ms": due_at_ms, "next_attempt": next_attempt})


def ask(
    draft: Draft, run: RunState, state: str, question: ApprovalQuestion, next_attempt: int
) -> None:
    """The run stays where it is until a person answers, or the question escalates or expires."""
    asking = {"phase": "asking", "state": state, "run": run, "pending": None}
    due_at_ms = question["escalates_at_ms"] or question["expires_at_ms"]
    timed = {"due_at_ms": due_at_ms, "next_attempt": next_attempt}
    _put(draft, run, {**asking, **timed, "question": question})


def close_question(draft: Draft, run: RunState, entry: RunEntry, ended: AnsweredQuestion) -> None:
    """The run asks no more; what it does next, the caller puts."""
    closed = {**entry, "question": None, "answered": [*entry["answered"], ended]}
    draft.put(tables.RUNS, entry_key(run["workspace"], run["run_id"]), closed)


def pause(draft: Draft, run: RunState, state: str, due_at_ms: int, next_attempt: int) -> None:
    """The run stays where it is until there may be money for its call."""
    paused = {"phase": "paused", "state": state, "run": run, "pending": None}
    _put(draft, run, {**paused, "due_at_ms": due_at_ms, "next_attempt": next_attempt})


def hold(draft: Draft, run: RunState, state: str, lever: str, next_attempt: int) -> None:
    """The run stays where it is until an operator releases `lever`."""
    held = {"phase": "paused", "state": state, "run": run, "pending": None, "held_by": lever}
    _put(draft, run, {**held, "due_at_ms": 0, "next_attempt": next_attempt})


def travel(draft: Draft, run: RunState, state: str) -> None:
    """The run goes to the topic of `state`; its state travels in the record."""
    _put(draft, run, {**NOT_HERE, "phase": "travelling", "state": state})
    draft.emit(state_topic(state), run["workspace"], "run_state", run)
    draft.travelling = run


def finish(
    draft: Draft,
    run: RunState,
    outcome: FinalOutcome,
    now_ms: int,
    contract: Contract | None,
) -> None:
    """The run ends: one outcome goes out, and what only it needed is deleted.

    Its entry stays for the hours that its contract says, so that a repeated event is recognised.
    """
    quoted = _quoted(draft, run)
    for evidence in run["evidence"]:
        draft.put(tables.EVIDENCE, evidence_key(run, evidence["content_hash"]), None)
    for key in _own_accounts(draft, run, contract):
        draft.put(tables.BUDGET, key, None)
    lever = tables.key(run["workspace"], OWN_LEVER, run["run_id"])
    if draft.get(tables.LEVERS, lever) is not None:
        draft.put(tables.LEVERS, lever, None)
    remember_hours = REMEMBER_HOURS if contract is None else contract.remember_hours
    forget_at_ms = now_ms + remember_hours * HOUR_MS
    _put(draft, run, {**NOT_HERE, "phase": "finished", "state": "", "due_at_ms": forget_at_ms})
    draft.emit("outcomes", run["workspace"], "outcome", _outcome(run, outcome, quoted, now_ms))


def forget(draft: Draft, workspace: str, run_id: str) -> None:
    """The run was remembered long enough."""
    draft.put(tables.RUNS, entry_key(workspace, run_id), None)


def _own_accounts(draft: Draft, run: RunState, contract: Contract | None) -> Iterable[str]:
    """The run's own, and those of single tools in it, as far as its contract is known."""
    yield tables.key(run["workspace"], "run", run["run_id"], "run", "")
    if contract is not None:
        caps = [cap for cap in contract.caps if cap.window == "run"]
        keys = budget.run_accounts(caps, owner(run), contract.callable_names)
        yield from (key for key in keys if draft.get(tables.BUDGET, key) is not None)


def evidence_key(run: RunState, content_hash: str) -> str:
    """Where evidence of a run stands in the evidence table."""
    return tables.key(run["workspace"], run["run_id"], content_hash)


def _put(draft: Draft, run: RunState, entry: Any) -> None:
    """Put the run's entry; it keeps how earlier questions ended, and what it has taken in."""
    before = read_entry(draft, run["workspace"], run["run_id"])
    answered = [] if before is None else before["answered"]
    kept: dict[str, Any] = {"question": None, "answered": answered, "held_by": ""}
    kept["payloads"] = _payloads(draft, before)
    draft.put(tables.RUNS, entry_key(run["workspace"], run["run_id"]), {**kept, **entry})


def _payloads(draft: Draft, before: RunEntry | None) -> list[str]:
    """The results in the payload store that the run has taken in, with that of this decision."""
    known = [] if before is None else before["payloads"]
    new = draft.payload_hash
    return [*known, new] if new and new not in known else known


def _quoted(draft: Draft, run: RunState) -> list[str]:
    """The ids of what was read of which the answer holds text: all that is read is untrusted."""
    if not run["answer"]:
        return []
    kept = ((p["id"], draft.get(tables.EVIDENCE, _key_of(run, p))) for p in run["evidence"])
    read = ((name, content.decode(errors="ignore")) for name, content in kept if content)
    return [name for name, content in read if quotes(run["answer"], content)]


def _key_of(run: RunState, piece: Evidence) -> str:
    return evidence_key(run, piece["content_hash"])


def _outcome(run: RunState, outcome: FinalOutcome, untrusted: list[str], now_ms: int) -> Outcome:
    return {
        "run_id": run["run_id"],
        "event_id": run["event_id"],
        "workspace": run["workspace"],
        "user_id": run["user_id"],
        "workflow": run["workflow"],
        "intent": run["intent"],
        "customer_tier": run["customer_tier"],
        "region": run["region"],
        "outcome": outcome,
        "answer": run["answer"] or "",
        "citations": run["citations"],
        "error": run["error"],
        "spent_usd_micros": run["spent_usd_micros"],
        "calls": run["calls"],
        "rungs": run["rungs"],
        "received_at_ms": run["received_at_ms"],
        "finished_at_ms": now_ms,
        "untrusted": untrusted,
        "versions": run["versions"],
        "packet": None if outcome == "resolved" else packet(run),
    }
