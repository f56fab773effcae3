"""Inputs of one partition in the order of their offsets, whatever the consumer delivers.

Below the expected offset: delivered again, dropped. Above it: a gap, and the reader must go
back; nothing behind a gap is taken. Facts from inside the process come first, and records of the
entry topic, which begin something new, last: they wait apart, so that they can be held back alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from streams.core.inputs import Input


@dataclass(frozen=True, slots=True)
class Gap:
    """Records of `topic` from `expected` on were not delivered."""

    topic: str
    expected: int


@dataclass(slots=True)
class Queue:
    """Records that wait, and what they weigh."""

    records: deque[Input] = field(default_factory=deque)
    size_bytes: int = 0

    def put(self, record: Input) -> None:
        """At the end."""
        self.records.append(record)
        self.size_bytes += record.size_bytes

    def take(self) -> Input:
        """From the front."""
        record = self.records.popleft()
        self.size_bytes -= record.size_bytes
        return record

    def clear(self) -> None:
        """Forget them."""
        self.records.clear()
        self.size_bytes = 0


@dataclass(slots=True)
class Inbox:
    """What waits to be decided. `expected` is the next offset of each topic; empty while shut.

    `entry` names the topic whose records begin something new; with "" there is none.
    """

    entry: str = ""
    expected: dict[str, int] = field(default_factory=dict)
    _entering: Queue = field(default_factory=Queue)
    _others: Queue = field(default_factory=Queue)
    _facts: deque[Input] = field(default_factory=deque)
    duplicates: int = 0
    gaps: int = 0

    def offer(self, topic: str, records: Iterable[Input]) -> Gap | None:
        """Take records of one topic, oldest first; returns the first gap. Shut: takes nothing."""
        if topic not in self.expected:
            return None
        queue = self._queue(topic)
        for record in records:
            expected = self.expected[topic]
            if record.offset < expected:
                self.duplicates += 1
            elif record.offset > expected:
                self.gaps += 1
                return Gap(topic, expected)
            else:
                queue.put(record)
                self.expected[topic] = expected + 1
        return None

    def offer_fact(self, fact: Input) -> None:
        """Take a fact from inside the process; it outlives a fold."""
        self._facts.append(fact)

    def skip_to(self, topic: str, offset: int) -> None:
        """The broker no longer holds what lies below `offset`. Shut: nothing is expected."""
        if topic in self.expected:
            self.expected[topic] = max(self.expected[topic], offset)

    def take(self, *, facts_only: bool, enter: bool = True) -> Input | None:
        """The next input, or None; one of the entry topic only if it may `enter`."""
        if self._facts:
            return self._facts.popleft()
        if facts_only:
            return None
        if self._others.records:
            return self._others.take()
        return self._entering.take() if enter and self._entering.records else None

    @property
    def holds_facts(self) -> bool:
        """Whether facts from inside the process wait."""
        return bool(self._facts)

    def undecided_from(self, topic: str) -> int:
        """The offset of the first record of `topic` that waits, or else of the next one wanted.

        All below it were decided, or were copies of what was; 0 while shut.
        """
        records = self._queue(topic).records
        waiting = (record.offset for record in records if record.topic == topic)
        return next(waiting, self.expected.get(topic, 0))

    def shut(self) -> None:
        """Take no more records and forget those that wait; facts stay."""
        self.open({})

    def open(self, expected: Mapping[str, int]) -> None:
        """Take records from these offsets on."""
        self._entering.clear()
        self._others.clear()
        self.expected = dict(expected)

    def topics_whose(self, queue_is: Callable[[Queue], bool]) -> list[str]:
        """The topics whose records wait in a queue of which this is true; none while shut."""
        entering, others = queue_is(self._entering), queue_is(self._others)
        if not (entering or others):
            return []  # as it nearly always is
        return [at for at in self.expected if (entering if at == self.entry else others)]

    @property
    def entering(self) -> int:
        """How many records of the entry topic wait."""
        return len(self._entering.records)

    def _queue(self, topic: str) -> Queue:
        return self._entering if topic == self.entry else self._others

    def __len__(self) -> int:
        return self.entering + len(self._others.records) + len(self._facts)
