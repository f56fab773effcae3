"""The partitions that this process owns, each with its processor, whichever driver feeds them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from schemas.errors import SettingError
from streams.adapters.parts import Limits, Parts
from streams.adapters.processor import Processor
from streams.core import tables
from streams.core.inputs import Input, place_of
from streams.core.metrics import (
    CALLS_IN_FLIGHT,
    HELD_BACK,
    INBOX,
    OLDEST_QUESTION_SECONDS,
    OPEN_QUESTIONS,
    OPEN_RUNS,
    OWNED,
    TABLE_ENTRIES,
)
from streams.core.watchdog import Look

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.adapters.brake import Brake
    from streams.core.approvals.open_questions import OpenQuestions

log = logging.getLogger(__name__)


class Ownership:
    """Starts, feeds and stops processors as partitions come and go.

    `seek(partition)` asks the driver to deliver the partition from `expected(partition)`.
    """

    def __init__(
        self,
        parts: Parts,
        topic_prefix: str,
        seek: Callable[[int], None],
        limits: Limits | None = None,
    ) -> None:
        self._parts = parts
        self._prefix = topic_prefix
        self._seek = seek
        self._limits = limits or Limits()
        self._processors: dict[int, Processor] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._joined = False
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._let_watch()

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions owned now."""
        return frozenset(self._processors)

    @property
    def stream(self) -> str:
        """The chained stream that its processors append to."""
        return self._parts.log.stream

    def assign(self, assigned: Iterable[TopicPartition], topics: Iterable[str]) -> None:
        """Own exactly these: stop the lost at once, fold the new, let the kept go on.

        Raises SettingError when a partition comes without one of the `topics`.
        """
        wanted = co_partitioned(assigned, topics)
        self._joined = True
        for partition in self.partitions - wanted:
            self._stop(partition)
        for partition in self.partitions & wanted:
            self._seek(partition)
        for partition in sorted(wanted - self.partitions):
            self._start(partition)
        log.info("owns partitions %s", sorted(wanted))

    def deliver(self, topic: str, partition: int, records: Sequence[ConsumerRecord]) -> None:
        """Hand over fetched records of one partition of one topic."""
        processor = self._processors.get(partition)
        if processor is None:
            return
        logical = topic.removeprefix(self._prefix)
        gap = processor.deliver(logical, [to_input(logical, record) for record in records])
        if gap is not None:
            log.warning("gap in %s/%s before %s", topic, partition, gap.expected)
            self._seek(partition)

    def expected(self, partition: int) -> Mapping[str, int]:
        """Next offset by topic on the broker; empty while the partition folds or is not owned."""
        processor = self._processors.get(partition)
        if processor is None:
            return {}
        return {self._prefix + topic: at for topic, at in processor.expected().items()}

    def all_expected(self) -> Iterable[tuple[int, Mapping[str, int]]]:
        """Each partition with its `expected`."""
        return [(partition, self.expected(partition)) for partition in self._processors]

    def looks(self, behind: Mapping[TopicPartition, int]) -> dict[int, Look]:
        """What the watchdog has to know; `behind` is how much the broker holds beyond `expected`.

        Inputs that wait for an act or a run to end do not count: that is no fault of the partition.
        """
        return {number: self._look(number, behind) for number in self._processors}

    def _look(self, number: int, behind: Mapping[TopicPartition, int]) -> Look:
        processor = self._processors[number]
        inputs = self._could_decide(processor, behind) if self._parts.acts.free > 0 else 0
        return Look(
            progress=processor.progress,
            folds=processor.folds,
            folding=not processor.expected(),
            waiting=processor.unaccepted + inputs,
        )

    def _could_decide(self, processor: Processor, behind: Mapping[TopicPartition, int]) -> int:
        held = self._prefix + processor.brake.entry if processor.brake.holds else None
        there = sum(
            count
            for tp, count in behind.items()
            if tp.partition == processor.partition and tp.topic != held
        )
        return processor.waiting - processor.brake.held + there

    def not_ready(self) -> str:
        """Why this process does not decide all that it should; empty when it does."""
        if not self._joined:
            return "it has not joined its consumer group"
        folding = [number for number, p in self._processors.items() if not p.expected()]
        if folding:
            return f"it reads back the state of partitions {sorted(folding)}"
        return ""

    def skip_to(self, partition: int, topic: str, offset: int) -> None:
        """The broker holds nothing of `topic` below `offset`."""
        processor = self._processors.get(partition)
        if processor is not None:
            processor.skip_to(topic.removeprefix(self._prefix), offset)

    def full(self) -> set[TopicPartition]:
        """What has so much waiting that the driver should hold it back, as on the broker."""
        return {
            TopicPartition(self._prefix + topic, number)
            for number, processor in self._processors.items()
            for topic in processor.brake.full()
        }

    def drained(self) -> set[TopicPartition]:
        """What has so little waiting that the driver may go on."""
        return {
            TopicPartition(self._prefix + topic, number)
            for number, processor in self._processors.items()
            for topic in processor.brake.drained()
        }

    async def close(self) -> None:
        """Stop all processors and wait until they have."""
        tasks = list(self._tasks.values())
        for partition in list(self._processors):
            self._stop(partition)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _let_watch(self) -> None:
        meter, acts, owned = self._parts.meter, self._parts.acts, self._processors
        meter.watch(OWNED, lambda: len(owned))
        meter.watch(INBOX, lambda: sum(processor.waiting for processor in list(owned.values())))
        meter.watch(CALLS_IN_FLIGHT, lambda: acts.under_way)
        meter.watch(OPEN_RUNS, lambda: sum(len(brake.open_runs) for brake in self._brakes()))
        meter.watch(HELD_BACK, lambda: sum(brake.holds for brake in self._brakes()))
        meter.watch(OPEN_QUESTIONS, lambda: sum(map(len, self._questions())))
        meter.watch(OLDEST_QUESTION_SECONDS, self._oldest_question_s)
        for table in tables.SCHEMAS:
            meter.watch(TABLE_ENTRIES, partial(self._entries, table), table)

    def _brakes(self) -> list[Brake]:
        return [processor.brake for processor in list(self._processors.values())]

    def _questions(self) -> list[OpenQuestions]:
        return [processor.timing.questions for processor in list(self._processors.values())]

    def _oldest_question_s(self) -> float:
        now_ms = self._parts.now_ms()
        return max((asked.oldest_s(now_ms) for asked in self._questions()), default=0.0)

    def _entries(self, table: str) -> int:
        return sum(held.timing.entries(table) for held in list(self._processors.values()))

    def _start(self, partition: int) -> None:
        processor = Processor(partition, self._parts, self._seek, self._limits)
        task = asyncio.create_task(processor.run(), name=f"{self._parts.log.stream}-{partition}")
        task.add_done_callback(self._on_done)
        self._processors[partition] = processor
        self._tasks[partition] = task

    def _stop(self, partition: int) -> None:
        del self._processors[partition]
        self._tasks.pop(partition).cancel()

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self.failed.done():
            return
        error = task.exception()
        if error is not None:
            self.failed.set_exception(error)


def co_partitioned(assigned: Iterable[TopicPartition], topics: Iterable[str]) -> frozenset[int]:
    """The partition numbers assigned. Raises SettingError when one lacks some of the topics."""
    by_number: dict[int, set[str]] = {}
    for tp in assigned:
        by_number.setdefault(tp.partition, set()).add(tp.topic)
    for number, got in by_number.items():
        missing = set(topics) - got
        if missing:
            raise SettingError(
                f"partition {number} was assigned without {', '.join(sorted(missing))}: all "
                "topics need the same number of partitions, and all members the same assignor"
            )
    return frozenset(by_number)


def to_input(topic: str, record: ConsumerRecord) -> Input:
    """A fetched record as an input of logical topic `topic`."""
    headers = tuple(record.headers)
    place, at_ms = place_of(headers), record.timestamp
    return Input(topic, record.offset, record.key, record.value, headers, place, timestamp_ms=at_ms)
