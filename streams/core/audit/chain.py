"""The chain of one partition: every block extends the head, or has lost against one that did.

A void block is no fault by itself: a writer that lost a race leaves one, and further ones that
it had already sealed on it. So a void block must name an earlier block, one that was valid or
its own writer's; and a writer seals one block on a predecessor, never two different ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import RecordError
from streams.core.audit.findings import Notes
from streams.core.chain import GENESIS, NOWHERE, Chain
from streams.core.hashing import digest

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

IN_FLIGHT = 8
"""More blocks than a writer seals before it hears that the first of them has lost."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A block that was read. `depth` is 0 for a valid one, else its distance from a valid one."""

    offset: int
    writer: str
    depth: int


@dataclass(slots=True)
class ChainAudit:
    """Takes the records of one partition in the order in which they are kept."""

    codec: Codec
    notes: Notes
    chain: Chain = field(default_factory=Chain)
    broken_at: int | None = None
    next_offset: int = 0
    _hashes: dict[int, bytes] = field(default_factory=dict)
    _known: dict[bytes, _Known] = field(default_factory=dict)
    _sealed: dict[tuple[str, bytes], int] = field(default_factory=dict)

    def feed(self, offset: int, value: bytes | None) -> LedgerBlock | None:
        """The block when it is valid; None when it is void, doubled, or not to be trusted."""
        value = value or b""
        if not self._is_new(offset, value) or not self._is_next(offset):
            return None
        self._hashes[offset] = digest(value)
        block = self._decoded(offset, value)
        if block is None:
            return None
        if self.chain.extends(block):
            return self._accept(offset, value, block)
        if block["previous"] not in self._known and block["previous"] != GENESIS:
            self._does_not_follow(offset, value, block)
        else:
            self._lost(offset, block)
        return None

    def _is_new(self, offset: int, value: bytes) -> bool:
        """Whether nothing was read at this offset; the same again is dropped."""
        if offset not in self._hashes:
            return True
        if self._hashes[offset] == digest(value):
            self.notes.count("identical duplicates")
        else:
            self.notes.found(offset, "unequal", "two different records stand at this offset")
        return False

    def _is_next(self, offset: int) -> bool:
        if offset < self.next_offset:
            message = f"it comes after offset {self.next_offset - 1}: records were reordered"
            self.notes.found(offset, "reordered", message)
            return False
        if offset > self.next_offset:
            missing = f"offsets {self.next_offset} to {offset - 1} are missing before it"
            self.notes.found(offset, "dropped", missing)
        self.next_offset = offset + 1
        return True

    def _decoded(self, offset: int, value: bytes) -> LedgerBlock | None:
        try:
            return cast("LedgerBlock", self.codec.decode("ledger_block", value))
        except RecordError as error:
            self.notes.found(offset, "undecodable", f"it is no block: {error}")
            self.broken_at = offset if self.broken_at is None else self.broken_at
            return None

    def _accept(self, offset: int, value: bytes, block: LedgerBlock) -> LedgerBlock:
        self.notes.count("valid blocks")
        self.chain.advance(value, offset)
        self._remember(offset, block, depth=0)
        return block

    def _does_not_follow(self, offset: int, value: bytes, block: LedgerBlock) -> None:
        """Say so, and go on from here, so that the rest is looked at as a chain of its own."""
        head = f"the head is the block at offset {self.chain.head_offset}"
        if self.chain.head_offset == NOWHERE:
            head = "no valid block stands before it"
        self.notes.found(
            offset,
            "does_not_follow",
            f"it names a predecessor that was never here ({head}): that block or this one was "
            "changed, or a block between them was dropped",
        )
        self.broken_at = offset if self.broken_at is None else self.broken_at
        self.chain.advance(value, offset)
        self._remember(offset, block, depth=0)

    def _lost(self, offset: int, block: LedgerBlock) -> None:
        """A void block: an identical double, one that lost a race, or one that cannot be."""
        if self._hashes[offset] in self._known:
            self.notes.count("identical duplicates")
            return
        self.notes.count("void blocks")
        before = self._known.get(block["previous"], _Known(NOWHERE, block["writer"], 0))
        twin = self._sealed.get((block["writer"], block["previous"]))
        depth = before.depth + (block["snapshot"] is None)
        if twin is not None:
            message = f"its writer had sealed another block on the same predecessor, offset {twin}"
            self.notes.found(offset, "doubled", f"{message}: one of the two was changed")
        elif before.depth and before.writer != block["writer"]:
            message = f"it is void and follows the void block at offset {before.offset}"
            self.notes.found(offset, "fork", f"{message}, which is another writer's")
        elif depth > IN_FLIGHT:
            message = f"the head, offset {self.chain.head_offset}, is followed by nothing while"
            self.notes.found(offset, "fork", f"{message} {depth} blocks follow each other here")
        self._remember(offset, block, max(depth, 1))

    def _remember(self, offset: int, block: LedgerBlock, depth: int) -> None:
        self._known[self._hashes[offset]] = _Known(offset, block["writer"], depth)
        self._sealed.setdefault((block["writer"], block["previous"]), offset)
