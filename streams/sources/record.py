"""One way to read any topic again, wherever its records are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from streams.core.inputs import Headers, Input, place_of


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record of a logical topic."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    def as_input(self) -> Input:
        """The record as whoever decided on it saw it."""
        place = place_of(self.headers)
        return Input(
            self.topic,
            self.offset,
            self.key,
            self.value,
            self.headers,
            place,
            timestamp_ms=self.timestamp_ms,
        )


class Held(NamedTuple):
    """The offsets that a source holds of a partition: from `first` up to `end`, not included."""

    first: int
    end: int


class RecordSource(Protocol):
    """Where records are read from. Several reads may go on at the same time."""

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a logical topic; empty when the source does not have it."""

    async def held(self, topic: str, partition: int) -> Held:
        """Which offsets are there now."""

    def read(self, topic: str, partition: int, from_offset: int = 0) -> AsyncIterator[SourceRecord]:
        """The records from an offset on, up to the end as it is when the read begins."""
