"""One decision where it stands on the ledger, ready to be told as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from schemas.codec import Codec

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock, Versions

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  the warehouse's times are UTC without a zone
LATEST_MS = 253_402_300_799_999
"""The last millisecond that a date can hold."""
VERSIONED = ("contract", "prompts", "tools", "price_book")


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision where it stands. `first_emit` is the index of its first record in the block."""

    codec: Codec
    place: Row
    first_emit: int
    block: LedgerBlock
    decision: Decision

    @property
    def at(self) -> datetime | None:
        """When it was decided."""
        return when(self.block["decided_at_ms"])

    @property
    def run(self) -> Row:
        """Which run it concerns."""
        return {"run_id": self.decision["run_id"] or None}

    def emitted(self, schema: str) -> Iterator[tuple[Row, Any]]:
        """Place and content of the records of one schema that it emits."""
        for index, emit in enumerate(self.decision["emits"], self.first_emit):
            if self.codec.writer(emit["value"]).name == schema:
                record = self.codec.decode(schema, emit["value"])
                yield {**self.place, "item": index}, record

    def listed(self, of: Literal["spend", "accesses"]) -> Iterator[tuple[Row, Any]]:
        """Place and content of what stands in one of the decision's lists."""
        for index, entry in enumerate(self.decision[of]):
            yield {**self.place, "item": index}, entry


def when(ms: int) -> datetime | None:
    """A time in milliseconds since the epoch; None for none and for what no calendar holds."""
    return EPOCH + timedelta(milliseconds=ms) if 0 < ms <= LATEST_MS else None


def version_columns(versions: Versions | None) -> Row:
    """Versions as columns; None where they are not known."""
    given: Mapping[str, Any] = versions or {}
    return {f"{part}_version": given.get(part) or None for part in VERSIONED}
