"""Snapshots: what a fold would start from is what the blocks before it make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core import snapshot
from streams.core.audit.findings import Notes
from streams.core.fold import Fold, ends

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import LedgerBlock, SnapshotPart


@dataclass(slots=True)
class SnapshotAudit:
    """Holds every complete snapshot against the fold as it stands at its last part."""

    codec: Codec
    notes: Notes
    _parts: list[SnapshotPart] = field(default_factory=list)

    def look(self, offset: int, block: LedgerBlock, fold: Fold) -> None:
        """The next valid block; only snapshot parts matter. Raises RecordError."""
        part = block["snapshot"]
        if part is None or part["part"] == 0:
            self._parts.clear()
        if part is None:
            return
        self._parts.append(part)
        if ends(part):
            self.notes.count("snapshots")
            if not _same(snapshot.restore(self.codec, self._parts), fold):
                message = "this snapshot differs from what the blocks before it make"
                self.notes.found(offset, "snapshot", message)


def _same(one: Fold, other: Fold) -> bool:
    return (
        list(one.tables) == list(other.tables)
        and one.positions == other.positions
        and one.marks == other.marks
    )
