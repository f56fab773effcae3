"""Reading a chained stream back into a fold, from its last snapshot where there is one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.errors import ChainBroken
from streams.core import snapshot
from streams.core.fold import Fold
from streams.core.hashing import digest

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import LedgerBlock


def start_offset(named: int, first_offset: int) -> int:
    """Where a fold must begin to read.

    `named` is the snapshot offset in the stream's last block (NOWHERE for none), `first_offset`
    the oldest record that the broker still holds. Raises ChainBroken when what is needed is gone.
    """
    needed = max(named, 0)
    if first_offset > needed:
        raise ChainBroken(
            f"the broker holds this stream from offset {first_offset}, and a fold needs it from "
            f"{needed}: set retention to forever, or restore the topic from an export"
        )
    return needed


@dataclass(slots=True)
class Folder:
    """Takes records in order of offset and builds the fold.

    `unforwarded` are the valid blocks, with their offsets, whose records may not have arrived;
    parts of snapshots have none.
    """

    codec: Codec
    from_snapshot: bool = False
    fold: Fold = field(init=False)
    unforwarded: deque[tuple[int, LedgerBlock]] = field(default_factory=deque)
    _parts: list[tuple[int, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fold = Fold(self.codec)

    def feed(self, offset: int, value: bytes) -> None:
        """Take the next record. Raises ChainBroken or, for what is no block, RecordError."""
        if self.from_snapshot:
            self._collect(offset, value)
            return
        block = self.fold.read(offset, value)
        if block is not None and block["snapshot"] is None:
            self.unforwarded.append((offset, block))
        self._drop_forwarded()

    def _drop_forwarded(self) -> None:
        while self.unforwarded and self.unforwarded[0][0] <= self.fold.forwarded_through:
            self.unforwarded.popleft()

    def _collect(self, offset: int, value: bytes) -> None:
        """Gather the parts of the first snapshot, stepping over void blocks between them."""
        block: LedgerBlock = self.codec.decode("ledger_block", value)  # type: ignore[assignment]
        part = block["snapshot"]
        if self._parts and block["previous"] != digest(self._parts[-1][1]):
            return
        if part is None or part["part"] != len(self._parts):
            raise ChainBroken(f"offset {offset} is named as a snapshot and holds no such part")
        self._parts.append((offset, value))
        if len(self._parts) == part["parts"]:
            self._restore()

    def _restore(self) -> None:
        blocks = [self.codec.decode("ledger_block", value) for _, value in self._parts]
        self.fold = snapshot.restore(self.codec, (block["snapshot"] for block in blocks))
        self.fold.chain.head = blocks[0]["previous"]
        for offset, value in self._parts:
            self.fold.read(offset, value)
        self.from_snapshot = False
