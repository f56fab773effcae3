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
    """Records that wait, and what they weigh.

    `held` has by topic what cannot be decided yet, and what lies behind it.
    """

    records: deque[Input] = field(default_factory=deque)
    size_bytes: int = 0
    held: dict[str, deque[Input]] = field(default_factory=dict)

    def put(self, record: Input) -> None:
        """At the end."""
        self.records.append(record)
        self.size_bytes += record.size_bytes

    def take(self) -> Input | None:
        """From the front, without the topics that are held."""
        while self.records:
            record = self.records.popleft()
            if record.topic not in self.held:
                self.size_bytes -= record.size_bytes
                return record
            self.held[record.topic].append(record)
        return None

    def hold(self, record: Input) -> None:
        """Take `record` back: its topic waits."""
        self.held[record.topic] = deque([record])
        self.size_bytes += record.size_bytes

    def release(self, record: Input) -> None:
        """See Inbox."""
        held = self.held.get(record.topic)
        if not held or held[0].offset != record.offset:
            return
        held[0] = record
        self.records.extendleft(reversed(held))
        del self.held[record.topic]

    def first(self, topic: str) -> int | None:
        """The offset of the first record of `topic`; None when none waits."""
        if topic in self.held:
            return self.held[topic][0].offset
        return next((record.offset for record in self.records if record.topic == topic), None)

    def clear(self) -> None:
        """Forget them."""
        self.records.clear()
        self.held.clear()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self.records) + sum(map(len, self.held.values()))


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
        return self._others.take() or (self._entering.take() if enter else None)

    def hold(self, source: Input) -> None:
        """`source` was taken and cannot be decided yet: its topic waits, others go on."""
        self._queue(source.topic).hold(source)

    def release(self, source: Input) -> None:
        """Let the input that was held back be decided, as it is now, and then its topic's rest.

        Nothing happens after a fold: then it is delivered anew.
        """
        self._queue(source.topic).release(source)

    @property
    def holds_facts(self) -> bool:
        """Whether facts from inside the process wait."""
        return bool(self._facts)

    def undecided_from(self, topic: str) -> int:
        """The offset of the first record of `topic` that waits, or else of the next one wanted.

        All below it were decided, or were copies of what was; 0 while shut.
        """
        first = self._queue(topic).first(topic)
        return self.expected.get(topic, 0) if first is None else first

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
        return len(self._entering)

    def _queue(self, topic: str) -> Queue:
        return self._entering if topic == self.entry else self._others

    def __len__(self) -> int:
        return self.entering + len(self._others) + len(self._facts)
