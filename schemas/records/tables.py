"""What the tables hold: values of the ledger's changes."""

from __future__ import annotations

from typing import Literal, TypedDict

from schemas.records.approvals import AnsweredQuestion, ApprovalQuestion
from schemas.records.calls import Call
from schemas.records.control import ControlCommand
from schemas.records.runs import RunState

RunPhase = Literal["travelling", "waiting", "delayed", "finished", "asking", "paused"]


class PendingCall(TypedDict):
    """The call it waits for."""

    call_id: str
    kind: str
    name: str
    attempt: int
    idempotency_key: str
    reserved_usd_micros: int
    accounts: list[str]
    not_after_ms: int
    parameters_hash: str


class RunEntry(TypedDict):
    """Table runs: where a run stands."""

    phase: RunPhase
    state: str
    run: RunState | None
    pending: PendingCall | None
    due_at_ms: int
    next_attempt: int
    question: ApprovalQuestion | None
    answered: list[AnsweredQuestion]
    payloads: list[str]
    held_by: str


class BudgetEntry(TypedDict):
    """Table budget: one account's money in one window."""

    spent_usd_micros: int
    reserved_usd_micros: int


class OverdueEntry(TypedDict):
    """Table overdue: a call that was settled at its reservation, unheard of.

    A late answer corrects that.
    """

    call_id: str
    kind: str
    name: str
    parameters_hash: str
    settled_usd_micros: int
    accounts: list[str]
    forget_at_ms: int


class PausedEntry(TypedDict):
    """Table paused: the runs of one workspace that wait for money."""

    run_ids: list[str]


class RetryEntry(TypedDict):
    """Table retries: what is left of a retry budget.

    It is that of one model, retriever or tool in this partition.
    """

    left_hundredths: int


class CapEntry(TypedDict):
    """Table caps: a cap that was set at run time, in place of the contract's."""

    usd_micros: int | None
    command_id: str
    issued_at_ms: int
    who: str
    why: str


class LeverEntry(TypedDict):
    """Table levers: what operators pause or end, or let go on again."""

    mode: str
    outcome: str
    command_id: str
    issued_at_ms: int
    who: str
    why: str


class ProposalEntry(TypedDict):
    """Table proposals: an operator's command that needs a second person."""

    command: ControlCommand
    expires_at_ms: int
    confirmed_by: str


class DisabledEntry(TypedDict):
    """Table disabled: a model, retriever or tool that a workspace may not call.

    Until an operator enables it again.
    """

    name: str
    why: str
    disabled_at_ms: int


class ClaimEntry(TypedDict):
    """Table claims of a pool's journal: a call that was claimed and not yet answered."""

    call: Call
    claimed_by: str
