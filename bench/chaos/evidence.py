"""What the topics hold, read back by rules of this module's own.

Which blocks count is decided here a second time, with none of the code that the workers use, so
that a worker that is wrong about it shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from schemas.codec import Codec
from streams.core.hashing import run_id
from streams.core.inputs import PlaceOf, place_of
from streams.sources.record import RecordSource, SourceRecord

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Decision, IntakeEvent, LedgerBlock, Outcome

JOURNALS = ("journal.model", "journal.retrieval", "journal.tool")
UNHEARD = "timer.unheard"
"""The rule by which a call is given up because its deadline has passed."""


class Written(NamedTuple):
    """A block that counts: who wrote it, where, and when it reached the broker."""

    stream: str
    partition: int
    writer: str
    at_ms: int


Place = tuple[int, PlaceOf | None]
"""Partition and place on the ledger or journal. Copies of the same place are the same record."""


@dataclass(slots=True)
class Life:
    """When a run reached its partition, and when its first outcome did; 0 for not yet."""

    partition: int
    begun_ms: int = 0
    ended_ms: int = 0

    def is_open(self, at_ms: int) -> bool:
        """Whether it was under way at a time."""
        return self.begun_ms <= at_ms and not 0 < self.ended_ms <= at_ms


@dataclass(slots=True)
class Evidence:
    """All that is counted from. Calls and money are those of the ledger's valid blocks."""

    codec: Codec
    calls: dict[str, Call] = field(default_factory=dict)
    endings: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    given_up: set[str] = field(default_factory=set)
    spent_usd_micros: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    blocks: list[Written] = field(default_factory=list)
    outcomes: defaultdict[str, dict[Place, Outcome]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    lives: dict[str, Life] = field(default_factory=dict)
    results: dict[Place, CallResult] = field(default_factory=dict)
    heard_at_ms: dict[str, int] = field(default_factory=dict)

    def decide(self, decision: Decision) -> None:
        """Take in one decision of the ledger."""
        for emit in decision["emits"]:
            if emit["topic"].startswith("calls."):
                call: Call = self.codec.decode("call", emit["value"])  # type: ignore[assignment]
                self.calls[call["call_id"]] = call
        for access in decision["accesses"]:
            if access["status"]:
                self.endings[access["call_id"]].append(access["status"])
                if decision["rule"] == UNHEARD:
                    self.given_up.add(access["call_id"])
        for entry in decision["spend"]:
            if entry["entry"] in {"settle", "correct", "violation"}:
                for account in entry["accounts"]:
                    self.spent_usd_micros[account] += entry["amount_usd_micros"]

    def begin(self, record: SourceRecord) -> None:
        """Take in a record of `state.intake`; a repeated event is the same run."""
        event: IntakeEvent = self.codec.decode("intake_event", record.value)  # type: ignore[assignment]
        run = run_id(event["workspace"], event["event_id"])
        self.lives.setdefault(run, Life(record.partition, record.timestamp_ms))

    def end(self, record: SourceRecord) -> None:
        """Take in a record of `outcomes`."""
        outcome: Outcome = self.codec.decode("outcome", record.value)  # type: ignore[assignment]
        self.outcomes[outcome["run_id"]][_place(record)] = outcome
        life = self.lives.setdefault(outcome["run_id"], Life(record.partition))
        life.ended_ms = life.ended_ms or record.timestamp_ms

    def answer(self, record: SourceRecord) -> None:
        """Take in a record of `call.results`."""
        result: CallResult = self.codec.decode("call_result", record.value)  # type: ignore[assignment]
        self.results[_place(record)] = result
        self.heard_at_ms.setdefault(result["call_id"], record.timestamp_ms)


async def gather(source: RecordSource, codec: Codec) -> Evidence:
    """Read everything that is counted from."""
    evidence = Evidence(codec)
    async for written, block in _valid_blocks(source, codec, "ledger"):
        evidence.blocks.append(written)
        for decision in block["decisions"]:
            evidence.decide(decision)
    for stream in JOURNALS:
        async for written, _ in _valid_blocks(source, codec, stream):
            evidence.blocks.append(written)
    async for record in _records(source, "state.intake"):
        evidence.begin(record)
    async for record in _records(source, "outcomes"):
        evidence.end(record)
    async for record in _records(source, "call.results"):
        evidence.answer(record)
    return evidence


async def _valid_blocks(
    source: RecordSource, codec: Codec, stream: str
) -> AsyncIterator[tuple[Written, LedgerBlock]]:
    heads: dict[int, bytes] = {}
    async for record in _records(source, stream):
        value = record.value or b""
        block: LedgerBlock = codec.decode("ledger_block", value)  # type: ignore[assignment]
        if block["previous"] == heads.get(record.partition, bytes(16)):
            heads[record.partition] = blake2b(value, digest_size=16).digest()
            writer, at_ms = block["writer"], record.timestamp_ms
            yield Written(stream, record.partition, writer, at_ms), block


async def _records(source: RecordSource, topic: str) -> AsyncIterator[SourceRecord]:
    for partition in await source.partitions(topic):
        async for record in source.read(topic, partition):
            yield record


def _place(record: SourceRecord) -> Place:
    return record.partition, place_of(record.headers)
