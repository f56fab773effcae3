"""Rule 3 of the ledger: the state of a partition is the fold of its valid blocks.

The same object serves the reader, which applies blocks from Kafka, and the writer, which
notes its own decisions before Kafka has accepted them (its speculation). A writer that lost
throws the object away and folds again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.chain import NOWHERE, Chain
from streams.core.draft import Draft
from streams.core.inputs import LOCAL, Input, PlaceOf
from streams.core.tables import Tables

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import Decision, LedgerBlock, SnapshotPart


@dataclass(slots=True)
class Fold:
    """Tables, applied inputs and chain of one partition of one chained stream.

    `snapshot_offset` is the snapshot that the head names, `complete_snapshot` the last one that was
    read whole: its writer may have died before it could name it.
    """

    codec: Codec
    chain: Chain = field(default_factory=Chain)
    tables: Tables = field(init=False)
    positions: dict[str, int] = field(default_factory=dict)
    marks: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    forwarded_through: int = NOWHERE
    snapshot_offset: int = NOWHERE
    complete_snapshot: int = NOWHERE
    bytes_since_snapshot: int = 0
    snapshot_bytes: int = 0
    void_blocks: int = 0
    time_ms: int = 0
    _parts_from: int = NOWHERE
    _parts_bytes: int = 0

    def __post_init__(self) -> None:
        self.tables = Tables(self.codec)

    def read(self, offset: int, value: bytes) -> LedgerBlock | None:
        """Apply the block at `offset` and return it; None when it is void. Raises RecordError."""
        block: LedgerBlock = self.codec.decode("ledger_block", value)  # type: ignore[assignment]
        if not self.chain.extends(block):
            self.void_blocks += 1
            return None
        self.extend(block, value, offset)
        self.forwarded_through = block["forwarded_through"]
        self.snapshot_offset = block["snapshot_offset"]
        self._complete(block["snapshot"], offset)
        for decision in block["decisions"]:
            self.apply(decision)
        return block

    def extend(self, block: LedgerBlock, value: bytes, offset: int) -> None:
        """Make `block` the head, take its time, and count what a later fold would have to read.

        A snapshot of which a part is missing, since its writer died, saves no reading.
        """
        self.chain.advance(value, offset)
        self.time_ms = block["decided_at_ms"]
        self.bytes_since_snapshot += len(value)
        part = block["snapshot"]
        if part is None:
            return
        self._parts_bytes = len(value) + (self._parts_bytes if part["part"] else 0)
        if ends(part):
            self.bytes_since_snapshot, self.snapshot_bytes = 0, self._parts_bytes

    def _complete(self, part: SnapshotPart | None, offset: int) -> None:
        if part is not None and part["part"] == 0:
            self._parts_from = offset
        if part is not None and ends(part):
            self.complete_snapshot = self._parts_from

    def apply(self, decision: Decision) -> None:
        """Make one decision's changes and remember its input as applied."""
        for change in decision["changes"]:
            self.tables.put_encoded(change["table"], change["key"], change["value"])
        place = decision["input_place"]
        at = None if place is None else PlaceOf(place["stream"], place["offset"], place["index"])
        self._note(decision["input_topic"], decision["input_offset"], at)

    def note(self, draft: Draft) -> None:
        """Make one's own sealed decision visible before Kafka has accepted it."""
        for table, row_key, value in draft.changes:
            self.tables.put(table, row_key, value)
        self._note(draft.source.topic, draft.source.offset, draft.source.place)

    def _note(self, topic: str, offset: int, place: PlaceOf | None) -> None:
        if topic == LOCAL:
            return
        self.positions[topic] = offset
        if place is not None:
            self.marks[topic, place.stream] = (place.offset, place.index)

    def applied(self, source: Input) -> bool:
        """Whether this input, or an earlier copy of the same forwarded record, was applied."""
        if source.topic == LOCAL:
            return False
        if source.offset <= self.positions.get(source.topic, NOWHERE):
            return True
        place = source.place
        if place is None:
            return False
        mark = self.marks.get((source.topic, place.stream))
        return mark is not None and (place.offset, place.index) <= mark

    def next_offset(self, topic: str) -> int:
        """The first offset of `topic` that was not applied."""
        return self.positions.get(topic, NOWHERE) + 1


def ends(part: SnapshotPart) -> bool:
    """Whether this is the last part of its snapshot."""
    return part["part"] == part["parts"] - 1
