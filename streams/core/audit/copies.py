"""Forwarded copies, held against the blocks that emitted them.

They show what a chain alone cannot: a changed last block, an end that was cut off, a record
that nobody decided, and one that never arrived.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.core.audit.emitted import Emitted, Place, fingerprint
from streams.core.audit.findings import Notes
from streams.core.chain import NOWHERE
from streams.core.inputs import Input, PlaceOf

Streams = Mapping[str, Emitted]


@dataclass(slots=True)
class CopiesAudit:
    """The copies in one partition of one topic, oldest first.

    A stream's records arrive in the order of their places; what is sent again after a crash has
    been there before. `from_the_start` is False when the topic's oldest records are gone. Copies
    below `witness_end` were there before the end of any topic was looked up: only these can prove
    that another topic lacks what had arrived before their block was sealed.
    """

    streams: Streams
    notes: Notes
    from_the_start: bool
    witness_end: int
    newest: dict[str, int] = field(default_factory=dict)
    _awaited: dict[str, int] = field(default_factory=dict)

    def feed(self, record: Input) -> None:
        """Take the next record of the topic."""
        place = record.place
        if place is None or place.stream not in self.streams:
            message = "no block emitted it: it was written past the ledger"
            self.notes.found(record.offset, "past_the_ledger", message)
            return
        if self._is_of_a_block(record, place):
            self._compare(record, place)
            if record.offset < self.witness_end:
                newest = self.newest.get(place.stream, NOWHERE)
                self.newest[place.stream] = max(place.offset, newest)
            self._arrived(record.offset, place)

    def missing(self, stream: str, newest: int) -> None:
        """Note records that must have arrived before the block at offset `newest` was sealed."""
        if stream not in self._awaited and not self.from_the_start:
            return
        emitted = self.streams[stream]
        expected = emitted.places.get(self.notes.topic, [])
        for place in expected[self._awaited.get(stream, 0) :]:
            if place[0] > emitted.forwarded_before(newest):
                return
            self._lack(-1, stream, place)

    def _is_of_a_block(self, record: Input, place: PlaceOf) -> bool:
        """Whether its place is one where a valid block emits something to this topic."""
        emitted = self.streams[place.stream]
        found = emitted.topic_at((place.offset, place.index))
        judged = emitted.complete or place.offset < emitted.end_offset
        if found != self.notes.topic and judged:
            self.notes.found(record.offset, *_of_nothing(emitted, place, self._named(place)))
        return found == self.notes.topic

    def _compare(self, record: Input, place: PlaceOf) -> None:
        self.notes.count("copies")
        mark = fingerprint(self.notes.topic, record.key, record.value)
        if not self.streams[place.stream].matches((place.offset, place.index), mark):
            message = f"it differs from what {self._named(place)} emits"
            self.notes.found(
                record.offset, "copy_differs", f"{message}: the copy or the block was changed"
            )

    def _named(self, place: PlaceOf) -> str:
        return f"{place.stream}/{self.notes.partition} offset {place.offset} index {place.index}"

    def _arrived(self, offset: int, place: PlaceOf) -> None:
        expected = self.streams[place.stream].places[self.notes.topic]
        at = (place.offset, place.index)
        if place.stream not in self._awaited:
            self._awaited[place.stream] = 0 if self.from_the_start else bisect_left(expected, at)
        awaited = self._awaited[place.stream]
        position = bisect_left(expected, at)
        for lacking in expected[awaited:position]:
            self._lack(offset, place.stream, lacking)
        self._awaited[place.stream] = max(awaited, position + 1)

    def _lack(self, offset: int, stream: str, place: Place) -> None:
        where = self._named(PlaceOf(stream, *place))
        self.notes.found(offset, "copy_missing", f"what {where} emits never arrived before it")


def _of_nothing(emitted: Emitted, place: PlaceOf, where: str) -> tuple[str, str]:
    if place.offset >= emitted.end_offset:
        ends = f"that stream ends before offset {emitted.end_offset}"
        return "cut", f"it was emitted at {where}, and {ends}: its end was cut off"
    return "copy_of_nothing", f"it says that {where} emitted it here, and no valid block did"
