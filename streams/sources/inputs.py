"""The records that decisions were made on, found again while a ledger partition is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.inputs import LOCAL, Input
from streams.sources.payloads import PayloadLookup
from streams.sources.record import RecordSource, SourceRecord

if TYPE_CHECKING:
    from schemas.records import Decision


@dataclass(slots=True)
class InputLookup:
    """Reads the input topics of one partition alongside its ledger, each forward only.

    So it is to be asked in the order of the ledger, and for decisions of valid blocks alone.
    An answer whose result is in the payload store comes with it, if it is there still.
    What is found is left in `inputs` until it is taken out there.
    """

    source: RecordSource
    partition: int
    inputs: dict[tuple[str, int], Input]
    payloads: PayloadLookup
    _reads: dict[str, AsyncIterator[SourceRecord]] = field(default_factory=dict)
    _ahead: dict[str, SourceRecord | None] = field(default_factory=dict)

    async def find(self, decision: Decision) -> Input | None:
        """The decision's input; None when it came from no topic or is not held any more."""
        topic, offset = decision["input_topic"], decision["input_offset"]
        if topic == LOCAL:
            return None
        record = await self._read_to(topic, offset)
        if record is None or record.offset != offset:
            return None
        self.inputs[topic, offset] = await self.payloads.completed(record.as_input(), decision)
        return self.inputs[topic, offset]

    async def _read_to(self, topic: str, offset: int) -> SourceRecord | None:
        """The first record at or behind `offset`."""
        if topic not in self._reads:
            self._reads[topic] = self.source.read(topic, self.partition, offset)
            self._ahead[topic] = await anext(self._reads[topic], None)
        while (ahead := self._ahead[topic]) is not None and ahead.offset < offset:
            self._ahead[topic] = await anext(self._reads[topic], None)
        return ahead
