"""Rule 2 of the ledger: the first block to extend the head wins; every other one is void."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core.hashing import HASH_BYTES, digest

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

GENESIS = bytes(HASH_BYTES)
"""What the first block of a partition names as its predecessor."""
NOWHERE = -1
"""An offset before the first."""


@dataclass(slots=True)
class Chain:
    """The head of one partition: hash and offset of the last valid block."""

    head: bytes = GENESIS
    head_offset: int = NOWHERE

    def extends(self, block: LedgerBlock) -> bool:
        """Whether `block` names the head as its predecessor."""
        return block["previous"] == self.head

    def advance(self, value: bytes, offset: int) -> None:
        """Make the block with bytes `value` at `offset` the head."""
        self.head = digest(value)
        self.head_offset = offset
