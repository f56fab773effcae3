"""What the valid blocks of a stream emit, by place, to hold copies and references against."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.hashing import digest

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

Place = tuple[int, int]
"""Offset of a block and index of the record in it."""


@dataclass(slots=True)
class Emitted:
    """The emitted records of one partition of one chained stream, as fingerprints."""

    end_offset: int = 0
    complete: bool = True
    places: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    _records: dict[Place, tuple[str, bytes]] = field(default_factory=dict)
    _forwarded_through: dict[int, int] = field(default_factory=dict)

    def add(self, offset: int, block: LedgerBlock) -> None:
        """Note what a valid block emits."""
        emits = [emit for decision in block["decisions"] for emit in decision["emits"]]
        for index, emit in enumerate(emits):
            topic = sys.intern(emit["topic"])
            mark = fingerprint(topic, emit["key"].encode(), emit["value"])
            self._records[offset, index] = topic, mark
            self.places[topic].append((offset, index))
        self._forwarded_through[offset] = block["forwarded_through"]

    def topic_at(self, place: Place) -> str | None:
        """Where the record at a place goes; None when no valid block emits one there."""
        return self._records.get(place, (None,))[0]

    def matches(self, place: Place, mark: bytes) -> bool:
        """Whether the record at a place has this fingerprint."""
        return self._records[place][1] == mark

    def forwarded_before(self, offset: int) -> int:
        """Up to which block all records had arrived when the block at `offset` was sealed."""
        return self._forwarded_through.get(offset, -1)


def fingerprint(topic: str, key: bytes | None, value: bytes | None) -> bytes:
    """What two copies of a record have in common."""
    return digest(b"\0".join((topic.encode(), digest(key or b""), digest(value or b""))))
