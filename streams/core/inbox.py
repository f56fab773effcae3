"""Inputs of one partition in the order of their offsets, whatever the consumer delivers.

Below the expected offset: delivered again, dropped. Above it: a gap, and the reader must go
back; nothing behind a gap is taken. Facts from inside the process come first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.core.inputs import Input


@dataclass(frozen=True, slots=True)
class Gap:
    """Records of `topic` from `expected` on were not delivered."""

    topic: str
    expected: int


@dataclass(slots=True)
class Inbox:
    """What waits to be decided. `expected` is the next offset of each topic; empty while shut."""

    expected: dict[str, int] = field(default_factory=dict)
    _records: deque[Input] = field(default_factory=deque)
    _facts: deque[Input] = field(default_factory=deque)
    duplicates: int = 0
    gaps: int = 0

    def offer(self, topic: str, records: Iterable[Input]) -> Gap | None:
        """Take records of one topic, oldest first; returns the first gap. Shut: takes nothing."""
        if topic not in self.expected:
            return None
        for record in records:
            expected = self.expected[topic]
            if record.offset < expected:
                self.duplicates += 1
            elif record.offset > expected:
                self.gaps += 1
                return Gap(topic, expected)
            else:
                self._records.append(record)
                self.expected[topic] = expected + 1
        return None

    def offer_fact(self, fact: Input) -> None:
        """Take a fact from inside the process; it outlives a fold."""
        self._facts.append(fact)

    def skip_to(self, topic: str, offset: int) -> None:
        """The broker no longer holds what lies below `offset`. Shut: nothing is expected."""
        if topic in self.expected:
            self.expected[topic] = max(self.expected[topic], offset)

    def take(self, *, facts_only: bool) -> Input | None:
        """The next input, or None."""
        if self._facts:
            return self._facts.popleft()
        if self._records and not facts_only:
            return self._records.popleft()
        return None

    @property
    def holds_facts(self) -> bool:
        """Whether facts from inside the process wait."""
        return bool(self._facts)

    def undecided_from(self, topic: str) -> int:
        """The offset of the first record of `topic` that waits, or else of the next one wanted.

        All below it were decided, or were copies of what was; 0 while shut.
        """
        waiting = (record.offset for record in self._records if record.topic == topic)
        return next(waiting, self.expected.get(topic, 0))

    def shut(self) -> None:
        """Take no more records and forget those that wait; facts stay."""
        self._records.clear()
        self.expected = {}

    def open(self, expected: Mapping[str, int]) -> None:
        """Take records from these offsets on."""
        self._records.clear()
        self.expected = dict(expected)

    def __len__(self) -> int:
        return len(self._records) + len(self._facts)
