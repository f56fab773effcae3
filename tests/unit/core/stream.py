"""A chained stream in memory, and small decisions to put on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streams.adapters.log import Folded
from streams.core import tables
from streams.core.chain import NOWHERE
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.folding import Folder, start_offset
from streams.core.inputs import PlaceOf, local
from streams.core.writer import Sealed, Writer
from tests.builders import CODEC, NOON_MS, delivered

if TYPE_CHECKING:
    from schemas.records import LedgerBlock


class MemoryStream:
    """One partition: a record's offset is its place in the list."""

    def __init__(self) -> None:
        self.records: list[bytes] = []

    def append(self, value: bytes) -> int:
        """Returns the offset."""
        self.records.append(value)
        return len(self.records) - 1

    def fold(self) -> Folded:
        """From the snapshot that the last record names, as a worker folds."""
        named = self.named_snapshot()
        folder = Folder(CODEC, from_snapshot=named != NOWHERE)
        for offset in range(start_offset(named, 0), len(self.records)):
            folder.feed(offset, self.records[offset])
        return Folded(folder.fold, len(self.records), folder.unforwarded)

    def fold_from_the_beginning(self) -> Fold:
        """Without any snapshot."""
        fold = Fold(CODEC)
        for offset, value in enumerate(self.records):
            fold.read(offset, value)
        return fold

    def valid(self) -> list[tuple[int, LedgerBlock]]:
        """Valid blocks with their offsets."""
        fold = Fold(CODEC)
        read = ((offset, fold.read(offset, value)) for offset, value in enumerate(self.records))
        return [(offset, block) for offset, block in read if block is not None]

    def named_snapshot(self) -> int:
        """The snapshot that the last record names."""
        return block_of(self.records[-1])["snapshot_offset"] if self.records else NOWHERE

    def writer(self, name: str = "writer") -> Writer:
        """A writer that has folded this stream."""
        folded = self.fold()
        return Writer(folded.fold, name, folded.end_offset, folded.fold.forwarded_through)

    def put(self, writer: Writer, *drafts: Draft) -> Sealed:
        """Seal a block of drafts and append it at once."""
        sealed = writer.seal(drafts, NOON_MS)
        self.append(sealed.value)
        return sealed


def block_of(value: bytes) -> LedgerBlock:
    """A record as a block."""
    return cast("LedgerBlock", CODEC.decode("ledger_block", value))


def draft(fold: Fold, offset: int, topic: str = "state.plan", **evidence: bytes | None) -> Draft:
    """A noted decision on one input that changes entries of the evidence table."""
    return decided(fold, delivered(topic, offset, b""), evidence)


def draft_of(fold: Fold, place: PlaceOf, offset: int, **evidence: bytes | None) -> Draft:
    """The same for an input that was forwarded from `place`."""
    return decided(fold, delivered("state.plan", offset, b"", place.header()), evidence)


def fact(fold: Fold, **evidence: bytes | None) -> Draft:
    """The same for a fact from inside the process."""
    return decided(fold, local("a fact"), evidence)


def decided(fold: Fold, source: Any, evidence: dict[str, bytes | None]) -> Draft:
    """A noted decision on `source`."""
    made = Draft(CODEC, source, fold.tables)
    for key, content in evidence.items():
        made.put(tables.EVIDENCE, key, content)
    fold.note(made.seal())
    return made


def state_of(fold: Fold) -> tuple[Any, ...]:
    """All that a fold has to agree on."""
    return (
        list(fold.tables),
        dict(fold.positions),
        dict(fold.marks),
        fold.chain,
        fold.forwarded_through,
        fold.snapshot_offset,
    )
