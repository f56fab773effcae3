"""What is asked of pools, and what they answer."""

from __future__ import annotations

from typing import Literal, TypedDict

CallKind = Literal["model", "retrieval", "tool"]
CallStatus = Literal["done", "refused", "failed", "in_doubt", "expired", "rejected"]


class Call(TypedDict):
    """One request to a model, a retriever or a tool."""

    call_id: str
    run_id: str
    workspace: str
    user_id: str
    workflow: str
    state: str
    kind: CallKind
    name: str
    attempt: int
    idempotency_key: str
    arguments_schema: str
    arguments: bytes
    reserved_usd_micros: int
    issued_at_ms: int
    not_after_ms: int
    act_limit_ms: int
    rates: dict[str, int]
    priced_by: str


class CallResult(TypedDict):
    """What a pool answers to a call."""

    call_id: str
    run_id: str
    workspace: str
    status: CallStatus
    result_schema: str
    result: bytes
    error: str
    cost_usd_micros: int
    input_tokens: int
    output_tokens: int
    provider: str
    pool: str
    started_at_ms: int
    finished_at_ms: int
    payload_hash: str
    payload_bytes: int


class ModelRequest(TypedDict):
    """Arguments of a model call."""

    system: str
    request: str
    context: str
    answer_schema: str
    max_output_tokens: int


class ModelAnswer(TypedDict):
    """Result of a model call."""

    answer_json: str
    model: str
    input_tokens: int
    output_tokens: int


class RetrievalRequest(TypedDict):
    """Arguments of a retrieval call."""

    user_id: str
    query: str
    passages: int


class Document(TypedDict):
    """One thing read."""

    id: str
    kind: str
    content: str
    score: float


class RetrievalResult(TypedDict):
    """Result of a retrieval call."""

    documents: list[Document]
