"""The records that decisions were made on, found again while a ledger partition is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.chain import NOWHERE
from streams.core.inputs import LOCAL, Input
from streams.sources.record import RecordSource, SourceRecord

if TYPE_CHECKING:
    from schemas.records import LedgerBlock


@dataclass(slots=True)
class InputLookup:
    """Reads the input topics of one partition alongside its ledger, each forward only.

    What was read stays in `inputs` until it is taken out: a void block's inputs are decided
    again by a later one.
    """

    source: RecordSource
    partition: int
    inputs: dict[tuple[str, int], Input]
    _reads: dict[str, AsyncIterator[SourceRecord]] = field(default_factory=dict)
    _reached: dict[str, int] = field(default_factory=dict)

    async def fetch(self, block: LedgerBlock) -> None:
        """Read on until the inputs of this block have been read, if they are held."""
        for decision in block["decisions"]:
            if decision["input_topic"] != LOCAL:
                await self._read_to(decision["input_topic"], decision["input_offset"])

    async def _read_to(self, topic: str, offset: int) -> None:
        if topic not in self._reads:
            self._reads[topic] = self.source.read(topic, self.partition, offset)
        while self._reached.get(topic, NOWHERE) < offset:
            record = await anext(self._reads[topic], None)
            if record is None:
                return
            self._reached[topic] = record.offset
            self.inputs[topic, record.offset] = record.as_input()
