"""What comes in, what travels from state to state, and what goes out."""

from __future__ import annotations

from typing import Literal, TypedDict

from schemas.records.approvals import Grant

StepStatus = Literal["planned", "done", "refused", "skipped"]
OutcomeKind = Literal["open", "resolved", "escalated", "rejected", "failed"]
FinalOutcome = Literal["resolved", "escalated", "rejected", "failed"]


class Versions(TypedDict):
    """What a decision was made under."""

    contract: str
    prompts: str
    tools: str
    price_book: str
    approvers: str
    shared_caps: str


class IntakeEvent(TypedDict):
    """One request to start a run, published by anyone who may write to the intake topic."""

    event_id: str
    workspace: str
    user_id: str
    workflow: str | None
    intent: str | None
    customer_tier: str
    region: str
    occurred_at_ms: int
    request: str


class Evidence(TypedDict):
    """Something a run has read, by reference."""

    id: str
    kind: str
    content_hash: str
    size_bytes: int
    payload_hash: str


class PlanStep(TypedDict):
    """One tool call that the plan asks for."""

    tool: str
    arguments_json: str
    status: StepStatus
    call_id: str | None
    result_hash: str | None
    error: str | None


class Check(TypedDict):
    """One verification of the run's work."""

    name: str
    passed: bool
    detail: str


class Remedy(TypedDict):
    """What was tried after a check had failed."""

    remedy: str
    because: str


class RunState(TypedDict):
    """Everything that travels with a run from state to state."""

    run_id: str
    event_id: str
    workspace: str
    user_id: str
    workflow: str
    intent: str
    customer_tier: str
    region: str
    request: str
    received_at_ms: int
    versions: Versions
    visits: dict[str, int]
    calls: int
    visit_calls: int
    evidence: list[Evidence]
    plan: list[PlanStep]
    plan_complete: bool
    checks: list[Check]
    rungs: list[str]
    error: str | None
    answer: str | None
    citations: list[str]
    outcome: OutcomeKind
    spent_usd_micros: int
    grants: list[Grant]
    retries: int
    remedies: list[Remedy]
    pause_until_ms: int
    risk: str
    path: str


class TriedStep(TypedDict):
    """One planned step and what became of it."""

    tool: str
    arguments_json: str
    status: str
    error: str | None


class Packet(TypedDict):
    """What a person needs to take a matter on."""

    asked: str
    found: list[str]
    tried: list[TriedStep]
    failed_checks: list[str]
    remedies: list[str]
    proposed: list[str]
    calls: int
    spent_usd_micros: int


class Outcome(TypedDict):
    """How a run ended, for those downstream."""

    run_id: str
    event_id: str
    workspace: str
    user_id: str
    workflow: str
    intent: str
    customer_tier: str
    region: str
    outcome: FinalOutcome
    answer: str
    citations: list[str]
    error: str | None
    spent_usd_micros: int
    calls: int
    rungs: list[str]
    received_at_ms: int
    finished_at_ms: int
    versions: Versions
    packet: Packet | None
    untrusted: list[str]
