"""The writer's side of the ledger: blocks sealed on speculative state, and how they fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core import snapshot
from streams.core.chain import NOWHERE
from streams.core.draft import Draft
from streams.core.fold import Fold, ends

if TYPE_CHECKING:
    from schemas.records import LedgerBlock, SnapshotPart


SNAPSHOT_WORTH = 4
"""Blocks of this many times its size are written before a snapshot is followed by another."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A block on its way: the bytes to append and what to do once they are accepted."""

    value: bytes
    expected_offset: int
    drafts: Sequence[Draft]
    ends_snapshot_at: int | None = None


@dataclass(slots=True)
class Writer:
    """Seals decisions into blocks that extend the head.

    `next_offset` is the end of the stream when it was folded: if nobody else appends, Kafka
    acknowledges exactly the offsets that follow.
    """

    fold: Fold
    name: str
    next_offset: int
    forwarded_through: int = NOWHERE
    complete_snapshot: int = field(init=False)

    def __post_init__(self) -> None:
        self.complete_snapshot = self.fold.complete_snapshot

    def time_ms(self, clock_ms: int) -> int:
        """The time of the next block: a stream's time does not go back when clocks do.

        Else a cost could be counted in a window that is over, beside a full one.
        """
        return max(clock_ms, self.fold.time_ms)

    def seal(self, drafts: Sequence[Draft], decided_at_ms: int) -> Sealed:
        """One block of `drafts`, each sealed already by `Draft.seal` as it was decided."""
        block = self._block(decided_at_ms)
        block["decisions"] = [draft.decision for draft in drafts]
        return self._push(block, drafts)

    def seal_snapshot(self, decided_at_ms: int) -> list[Sealed]:
        """The state so far as a run of snapshot blocks."""
        parts = snapshot.take(self.fold)
        first = self.next_offset
        return [self._seal_part(part, first, decided_at_ms) for part in parts]

    def acknowledge(self, sealed: Sealed, offset: int) -> bool:
        """Whether a block that landed at `offset` has won, all before it having done so.

        Once it is False nothing more may be acknowledged: only a fold can tell what has won.
        """
        if offset != sealed.expected_offset:
            return False
        if sealed.ends_snapshot_at is not None:
            self.complete_snapshot = sealed.ends_snapshot_at
        return True

    def snapshot_due(self, least_bytes: int) -> bool:
        """Whether a snapshot would save far more reading than it adds; at least `least_bytes`."""
        return self.fold.bytes_since_snapshot > self.due_bytes(least_bytes)

    def due_bytes(self, least_bytes: int) -> int:
        """How many bytes of blocks may follow a snapshot before the next is due."""
        return max(least_bytes, SNAPSHOT_WORTH * self.fold.snapshot_bytes)

    def _seal_part(self, part: SnapshotPart, first: int, decided_at_ms: int) -> Sealed:
        block = self._block(decided_at_ms)
        block["snapshot"] = part
        return self._push(block, (), first if ends(part) else None)

    def _block(self, decided_at_ms: int) -> LedgerBlock:
        self._adopt_snapshot()
        return {
            "previous": self.fold.chain.head,
            "writer": self.name,
            "decided_at_ms": decided_at_ms,
            "forwarded_through": self.forwarded_through,
            "snapshot_offset": self.fold.snapshot_offset,
            "decisions": [],
            "snapshot": None,
        }

    def _adopt_snapshot(self) -> None:
        """Name a snapshot only once all that was emitted before it is acknowledged."""
        if self.fold.snapshot_offset < self.complete_snapshot <= self.forwarded_through + 1:
            self.fold.snapshot_offset = self.complete_snapshot

    def _push(
        self, block: LedgerBlock, drafts: Sequence[Draft], ends_snapshot_at: int | None = None
    ) -> Sealed:
        value = self.fold.codec.encode("ledger_block", block)
        sealed = Sealed(value, self.next_offset, drafts, ends_snapshot_at)
        self.fold.extend(block, value, self.next_offset)
        self.next_offset += 1
        return sealed
