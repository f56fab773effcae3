"""What blocks say about their own stream: how far it is forwarded, and where its snapshot is.

A fold believes both, so a wrong one would lose records or start from a wrong state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.audit.findings import Notes
from streams.core.chain import NOWHERE

if TYPE_CHECKING:
    from schemas.records import LedgerBlock


@dataclass(slots=True)
class PointersAudit:
    """Follows both numbers from block to block."""

    notes: Notes
    _forwarded_through: int = NOWHERE
    _first_part: int = NOWHERE
    _snapshots: set[int] = field(default_factory=lambda: {NOWHERE})

    def look(self, offset: int, block: LedgerBlock) -> None:
        """The next valid block."""
        forwarded = block["forwarded_through"]
        if not self._forwarded_through <= forwarded < offset:
            message = f"it says that all is forwarded through {forwarded}"
            before = f"the block before said {self._forwarded_through}"
            self.notes.found(offset, "pointer", f"{message}, and {before}")
        self._forwarded_through = forwarded
        named = block["snapshot_offset"]
        if named not in self._snapshots:
            message = f"it names offset {named} as a snapshot, and no complete one begins there"
            self.notes.found(offset, "pointer", message)
        self._part(offset, block)

    def _part(self, offset: int, block: LedgerBlock) -> None:
        part = block["snapshot"]
        if part is not None and part["part"] == 0:
            self._first_part = offset
        if part is not None and part["part"] == part["parts"] - 1:
            self._snapshots.add(self._first_part)
