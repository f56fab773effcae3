"""What people are asked, and what they answer."""

from __future__ import annotations

from typing import Literal, TypedDict

ApprovalKind = Literal["call", "budget", "in_doubt"]
ApprovalVerdict = Literal["approve", "deny", "happened", "never_happened"]
ApprovalStatus = Literal[
    "asked",
    "agreed",
    "escalated",
    "granted",
    "denied",
    "expired",
    "happened",
    "never_happened",
    "withdrawn",
    "refused",
]


class Agreement(TypedDict):
    """One person's yes."""

    approver: str
    on_behalf_of: str
    reason: str
    at_ms: int


class ApprovalQuestion(TypedDict):
    """What a person is asked before a run goes on.

    Exactly what would happen, why, at what cost, and who may answer until when.
    """

    approval_id: str
    kind: ApprovalKind
    rule: str
    about: str
    run_id: str
    workspace: str
    user_id: str
    workflow: str
    state: str
    call_id: str
    call_kind: str
    name: str
    arguments_json: str
    arguments_hash: str
    contract: str
    because: str
    why: str
    request: str
    evidence: dict[str, str]
    cost_usd_micros: int
    spent_usd_micros: int
    roles: list[str]
    people: int
    agreed: list[Agreement]
    asked_at_ms: int
    escalates_at_ms: int
    escalate_to: str
    expires_at_ms: int


class Approval(TypedDict):
    """What became of a question to a person."""

    approval_id: str
    workspace: str
    run_id: str
    status: ApprovalStatus
    at_ms: int
    decision_id: str
    approver: str
    on_behalf_of: str
    rule: str
    reason: str
    question: ApprovalQuestion | None


class ApprovalDecision(TypedDict):
    """A person's answer to a question, bound to what the person was shown."""

    decision_id: str
    approval_id: str
    workspace: str
    run_id: str
    arguments_hash: str
    contract: str
    verdict: ApprovalVerdict
    approver: str
    roles: list[str]
    reason: str
    decided_at_ms: int
    received_at_ms: int


class AnsweredQuestion(TypedDict):
    """A question that is no longer open."""

    approval_id: str
    status: str
    told: str


class Grant(TypedDict):
    """What a person has granted: one call with these arguments, and its further attempts."""

    approval_id: str
    rule: str
    arguments_hash: str
    contract: str
    approvers: list[str]
    granted_at_ms: int
    expires_at_ms: int
