"""What the ledger says of one workspace, folded a second time by rules of this module's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from schemas.codec import Codec
from streams.core.budget import scope_of
from streams.sources.record import RecordSource

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock, Spend

ASKS_IN = "plan"
"""The state that makes the contest's calls."""


class Decided(NamedTuple):
    """A decision on the workspace and when its block was appended."""

    at_ms: int
    decision: Decision


@dataclass(slots=True)
class GateLog:
    """The fold. Money is micro-USD."""

    cap_usd_micros: int
    least_worst_case: int
    """The smallest worst case that the gate ever held for a call here."""
    spent: int = 0
    held: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    refused_affordable: int = 0
    violations: int = 0
    admitted: int = 0
    admitted_after_violation: int = 0

    def take(self, decision: Decision) -> None:
        """Take in the next decision."""
        for spend in decision["spend"]:
            if any(scope_of(key) == "workspace" for key in spend["accounts"]):
                self._move(spend)
        if decision["reason"].startswith("budget:"):
            self.refused += 1
            left = self.cap_usd_micros - self.spent - sum(self.held.values())
            self.refused_affordable += left >= self.least_worst_case

    def _move(self, spend: Spend) -> None:
        call, amount = spend["call_id"], spend["amount_usd_micros"]
        if spend["entry"] == "reserve":
            self.held[call] = amount
            self.admitted += 1
            self.admitted_after_violation += self.violations > 0
            return
        self.violations += spend["entry"] == "violation"
        self.held.pop(call, None)
        if spend["entry"] != "release":
            self.spent += amount


def fold(decisions: Sequence[Decided], cap_usd_micros: int) -> GateLog:
    """The gate's log of these decisions."""
    worst = (
        spend["amount_usd_micros"]
        for _, decision in decisions
        for spend in decision["spend"]
        if spend["entry"] == "reserve"
    )
    log = GateLog(cap_usd_micros, min(worst, default=0))
    for _, decision in decisions:
        log.take(decision)
    return log


def admissions_ms(decisions: Sequence[Decided], asked_at_ms: Mapping[int, int]) -> list[float]:
    """From the record that asks to the block that decides; `asked_at_ms` is by input offset."""
    topic = f"state.{ASKS_IN}"
    return [
        float(at_ms - asked_at_ms[decision["input_offset"]])
        for at_ms, decision in decisions
        if decision["input_topic"] == topic and decision["input_offset"] in asked_at_ms
    ]


async def decided(
    source: RecordSource, codec: Codec, partition: int, workspace: str
) -> list[Decided]:
    """The decisions on a workspace, in order."""
    return [
        Decided(at_ms, decision)
        async for at_ms, block in _valid(source, codec, partition)
        for decision in block["decisions"]
        if decision["workspace"] == workspace
    ]


async def asked_at_ms(source: RecordSource, partition: int) -> dict[int, int]:
    """When each record that asks was sent, by offset."""
    records = source.read(f"state.{ASKS_IN}", partition)
    return {record.offset: record.timestamp_ms async for record in records}


async def _valid(
    source: RecordSource, codec: Codec, partition: int
) -> AsyncIterator[tuple[int, LedgerBlock]]:
    head = bytes(16)
    async for record in source.read("ledger", partition):
        value = record.value or b""
        block: LedgerBlock = codec.decode("ledger_block", value)  # type: ignore[assignment]
        if block["previous"] == head:
            head = blake2b(value, digest_size=16).digest()
            yield record.timestamp_ms, block
