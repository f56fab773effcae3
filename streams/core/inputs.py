"""What a decision is made of: one record from a topic, or one fact from inside the process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from streams.core.chain import NOWHERE

Headers = tuple[tuple[str, bytes | None], ...]
"""As Kafka has them: a name may repeat, and a value may be null."""

PLACE_HEADER = "tollway-place"
"""Record header that names where on a ledger or journal a forwarded record stands."""
LOCAL = ""
"""Topic of an input that came from no topic, such as a finished act."""
NO_TIMESTAMP = -1
"""Time of a record that has none, as in Kafka."""
_PLACE = re.compile(rb"([a-z]+(?:\.[a-z]+)?)/(\d{1,18})/(\d{1,9})")
"""Within what the ledger can hold: a long and an int."""


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """A position on a chained stream: which stream, the block's offset, the record's index."""

    stream: str
    offset: int
    index: int

    def header(self) -> tuple[str, bytes]:
        """As a record header."""
        return (PLACE_HEADER, f"{self.stream}/{self.offset}/{self.index}".encode())


@dataclass(frozen=True, slots=True)
class Input:
    """One record as delivered, or one local fact (topic LOCAL, offset NOWHERE).

    `payload` is what the record refers to, once it was fetched; `no_payload` says why it cannot
    be had.
    """

    topic: str
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    place: PlaceOf | None = None
    fact: Any = None
    timestamp_ms: int = NO_TIMESTAMP
    payload: bytes | None = None
    no_payload: str = ""

    @property
    def size_bytes(self) -> int:
        """What the record weighs."""
        return len(self.value or b"") + len(self.key or b"")


def local(fact: Any) -> Input:
    """An input from inside the process."""
    return Input(LOCAL, NOWHERE, None, None, fact=fact)


def place_of(headers: Headers) -> PlaceOf | None:
    """Where a forwarded record was emitted; None for records of other origin."""
    named = next((value for name, value in headers if name == PLACE_HEADER), None)
    matched = _PLACE.fullmatch(named or b"")
    if matched is None:
        return None
    stream, offset, index = matched.groups()
    return PlaceOf(stream.decode(), int(offset), int(index))
