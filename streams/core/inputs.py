"""What a decision is made of: one record from a topic, or one fact from inside the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from streams.core.chain import NOWHERE

PLACE_HEADER = "tollway-place"
"""Record header that names where on a ledger or journal a forwarded record stands."""
LOCAL = ""
"""Topic of an input that came from no topic, such as a finished act."""


class PlaceOf(NamedTuple):
    """A position on a chained stream: which stream, the block's offset, the record's index."""

    stream: str
    offset: int
    index: int

    def header(self) -> tuple[str, bytes]:
        """As a record header."""
        return (PLACE_HEADER, f"{self.stream}/{self.offset}/{self.index}".encode())


@dataclass(frozen=True, slots=True)
class Input:
    """One record as delivered, or one local fact (topic LOCAL, offset NOWHERE)."""

    topic: str
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    place: PlaceOf | None = None
    fact: Any = None

    @property
    def size_bytes(self) -> int:
        """What the record weighs."""
        return len(self.value or b"") + len(self.key or b"")


def local(fact: Any) -> Input:
    """An input from inside the process."""
    return Input(LOCAL, NOWHERE, None, None, fact=fact)


def place_of(headers: tuple[tuple[str, bytes], ...]) -> PlaceOf | None:
    """Where a forwarded record was emitted, or None for records of other origin."""
    for name, value in headers:
        if name == PLACE_HEADER:
            return _parse(value)
    return None


def _parse(value: bytes) -> PlaceOf | None:
    try:
        stream, offset, index = value.decode().rsplit("/", 2)
        return PlaceOf(stream, int(offset), int(index))
    except ValueError:
        return None
