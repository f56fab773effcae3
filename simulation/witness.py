"""What the topics say, read as it lands, by rules written down here a second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from simulation.broker import Record, Topics
from simulation.process import POOLS
from streams.core import tables
from streams.core.inputs import place_of

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import Decision, LedgerBlock

JOURNALS = tuple(f"journal.{kind}" for kind in POOLS)
STREAMS = ("ledger", *JOURNALS)

Place = tuple[str, int, int]
Rows = dict[tuple[str, str], Any]


class Decided(NamedTuple):
    """One decision of a valid block, and the tables as they were before it."""

    stream: str
    offset: int
    block: LedgerBlock
    decision: Decision
    before: Rows


class Landed(NamedTuple):
    """A record of a topic that is no chained stream."""

    topic: str
    offset: int
    record: Record
    at_ms: int


class Listener(Protocol):
    """Hears of everything once, in the order in which it landed."""

    def decided(self, seen: Decided) -> None:
        """A decision stands."""

    def landed(self, seen: Landed) -> None:
        """A record arrived."""


@dataclass
class Chained:
    """The valid blocks of one chained stream and the tables that they make."""

    name: str
    codec: Codec
    head: bytes = bytes(16)
    read: int = 0
    void: int = 0
    valid: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    emitted: dict[Place, tuple[str, bytes]] = field(default_factory=dict)

    def decisions(self, offset: int, value: bytes) -> Iterator[Decided]:
        """Those of the block, if it extends the head."""
        block = cast("LedgerBlock", self.codec.decode("ledger_block", value))
        if block["previous"] != self.head:
            self.void += 1
            return
        self.valid += 1
        self.head = blake2b(value, digest_size=16).digest()
        emits = [emit for decision in block["decisions"] for emit in decision["emits"]]
        for index, emit in enumerate(emits):
            self.emitted[self.name, offset, index] = (emit["topic"], emit["value"])
        for decision in block["decisions"]:
            yield Decided(self.name, offset, block, decision, self.rows)
            self._apply(decision)

    def _apply(self, decision: Decision) -> None:
        self.positions[decision["input_topic"]] = decision["input_offset"]
        for change in decision["changes"]:
            where = (change["table"], change["key"])
            if change["value"] is None:
                self.rows.pop(where, None)
            else:
                self.rows[where] = tables.decode(self.codec, change["table"], change["value"])


@dataclass
class Witness:
    """Reads all topics from the beginning."""

    topics: Topics
    codec: Codec
    streams: Mapping[str, Chained] = field(init=False)
    _read: dict[str, int] = field(default_factory=dict)
    _lengths: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streams = {name: Chained(name, self.codec) for name in STREAMS}

    def look(self, listeners: Sequence[Listener], now_ms: int) -> None:
        """Tell what has landed since the last look: blocks first, since records follow them."""
        for stream in self.streams.values():
            records = self.topics[stream.name]
            while stream.read < len(records):
                offset, stream.read = stream.read, stream.read + 1
                for seen in stream.decisions(offset, records[offset].value):
                    for listener in listeners:
                        listener.decided(seen)
        lengths = [*map(len, self.topics.values())]
        if lengths != self._lengths:  # most looks find nothing new
            self._lengths = lengths
            for topic in self._grown():
                self._arrivals(topic, listeners, now_ms)

    def _grown(self) -> list[str]:
        """Topics other than chained streams that hold more than was told."""
        read = self._read
        longer = [topic for topic, held in self.topics.items() if len(held) != read.get(topic, 0)]
        return sorted(topic for topic in longer if topic not in self.streams)

    def _arrivals(self, topic: str, listeners: Sequence[Listener], now_ms: int) -> None:
        records = self.topics[topic]
        for offset in range(self._read.get(topic, 0), len(records)):
            seen = Landed(topic, offset, records[offset], now_ms)
            for listener in listeners:
                listener.landed(seen)
        self._read[topic] = len(records)

    def rows(self, stream: str, table: str) -> dict[str, Any]:
        """One table as the valid blocks make it."""
        held = self.streams[stream].rows
        return {key: value for (name, key), value in held.items() if name == table}


def placed(record: Record) -> Place | None:
    """Where a forwarded record says that it was emitted."""
    place = place_of(record.headers)
    return None if place is None else (place.stream, place.offset, place.index)
