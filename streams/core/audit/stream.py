"""One partition of the ledger or of a journal: its chain, and everything its blocks decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.codec import Codec
from schemas.errors import TollwayError
from streams.core.audit.chain import ChainAudit
from streams.core.audit.checks import Check, Seen
from streams.core.audit.emitted import Emitted
from streams.core.audit.findings import Head, Notes
from streams.core.audit.pointers import PointersAudit
from streams.core.audit.snapshots import SnapshotAudit
from streams.core.chain import NOWHERE
from streams.core.fold import Fold

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

UNREADABLE = (TollwayError, KeyError, ValueError, TypeError)
"""What bytes lead to that were changed and still look like a block."""


@dataclass(slots=True)
class StreamAudit:
    """Feeds the checks. Behind a break in the chain only the chain itself is looked at."""

    codec: Codec
    notes: Notes
    checks: Sequence[Check]
    emitted: Emitted = field(default_factory=Emitted)
    chain: ChainAudit = field(init=False)
    fold: Fold = field(init=False)
    _snapshots: SnapshotAudit = field(init=False)
    _pointers: PointersAudit = field(init=False)

    def __post_init__(self) -> None:
        self.chain = ChainAudit(self.codec, self.notes)
        self.fold = Fold(self.codec)
        self._snapshots = SnapshotAudit(self.codec, self.notes)
        self._pointers = PointersAudit(self.notes)

    def feed(self, offset: int, value: bytes | None) -> None:
        """Take the next record."""
        block = self.chain.feed(offset, value)
        if self.chain.broken_at is not None:
            self._stop_at(self.chain.broken_at)
        else:
            self.emitted.end_offset = self.chain.next_offset
            if block is not None:
                self._look(offset, block)

    def end(self) -> None:
        """All records were fed: put the head on the report."""
        chain = self.chain.chain
        if chain.head_offset != NOWHERE and self.chain.broken_at is None:
            where = (self.notes.topic, self.notes.partition)
            head = Head(*where, chain.head_offset, chain.head.hex())
            self.notes.report.heads.append(head)

    def _look(self, offset: int, block: LedgerBlock) -> None:
        self.emitted.add(offset, block)
        self._pointers.look(offset, block)
        self._guarded(offset, lambda: self._snapshots.look(offset, block, self.fold))
        for decision in block["decisions"]:
            self.notes.count("decisions")
            seen = Seen(self.codec, self.fold, offset, block, decision)
            for check in self.checks:
                self._guarded(offset, lambda check=check, seen=seen: check.look(seen))  # type: ignore[misc]
            self._guarded(offset, lambda decision=decision: self.fold.apply(decision))  # type: ignore[misc]

    def _guarded(self, offset: int, look: Callable[[], None]) -> None:
        try:
            look()
        except UNREADABLE as error:
            message = f"its content does not decode: {error!r}"
            self.notes.found(offset, "undecodable", message)

    def _stop_at(self, offset: int) -> None:
        self.emitted.end_offset, self.emitted.complete = offset, False
