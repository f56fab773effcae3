"""What stands on the ledger and beside it."""

from __future__ import annotations

from typing import Literal, TypedDict

from schemas.records.runs import Versions

SpendEntry = Literal["reserve", "settle", "release", "correct", "violation"]
DeadPart = Literal["key", "value", "headers"]


class Place(TypedDict):
    """A position in a ledger or journal."""

    stream: str
    offset: int
    index: int


class Change(TypedDict):
    """One table entry after the decision."""

    table: str
    key: str
    value: bytes | None


class Emit(TypedDict):
    """One record to forward once the block is accepted."""

    topic: str
    key: str
    value: bytes


class Spend(TypedDict):
    """One movement of money."""

    entry: SpendEntry
    call_id: str
    name: str
    amount_usd_micros: int
    accounts: list[str]


class Access(TypedDict):
    """What was read, sent or done, and why."""

    what: str
    why: str
    ids: list[str]
    parameters_hash: str
    response_hash: str
    provider: str
    call_id: str
    status: str
    pool: str
    input_tokens: int
    output_tokens: int
    started_at_ms: int
    finished_at_ms: int
    sources: dict[str, str]


class Decision(TypedDict):
    """What was made of one input."""

    input_topic: str
    input_offset: int
    input_place: Place | None
    run_id: str
    workspace: str
    workflow: str
    state: str
    rule: str
    transition: str
    reason: str
    changes: list[Change]
    emits: list[Emit]
    spend: list[Spend]
    accesses: list[Access]
    versions: Versions | None
    rungs: list[str]


class SnapshotPart(TypedDict):
    """Part of the folded state as it stood before the first part."""

    part: int
    parts: int
    content: bytes


class LedgerBlock(TypedDict):
    """One append to the ledger: valid only if `previous` is the hash of the head."""

    previous: bytes
    writer: str
    decided_at_ms: int
    forwarded_through: int
    snapshot_offset: int
    decisions: list[Decision]
    snapshot: SnapshotPart | None


class TableEntry(TypedDict):
    """One entry."""

    table: str
    key: str
    value: bytes


class Mark(TypedDict):
    """Last place seen from a stream."""

    offset: int
    index: int


class Snapshot(TypedDict):
    """A folded ledger partition."""

    tables: list[TableEntry]
    positions: dict[str, int]
    marks: dict[str, Mark]


class Header(TypedDict):
    """One record header."""

    name: str
    value: bytes | None


class Cut(TypedDict):
    """A part that was too large to be kept whole."""

    part: DeadPart
    original_bytes: int
    original_hash: str


class DeadLetter(TypedDict):
    """A record that could not be handled, kept whole."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    run_id: str
    reason: str
    field: str
    message: str
    causes: list[str]
    headers: list[Header]
    key: bytes | None
    value: bytes | None
    cut: list[Cut]
    worker: str
    found_at_ms: int
