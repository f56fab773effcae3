"""A worker or pool process: the real processor with its decider, acts, forwarder and clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

from simulation.broker import Producer, Record, Topics
from simulation.crashing import RUNNING
from simulation.folds import Folds
from streams.adapters.log import ChainedLog, Folded
from streams.adapters.parts import Limits, Parts
from streams.adapters.processor import Processor
from streams.adapters.timekeeper import Timekeeper
from streams.core.inputs import Input, place_of

if TYPE_CHECKING:
    from collections.abc import Coroutine


POOLS = ("model", "retrieval", "tool")


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a process waits until the world lets it go on. `now_ms` is its own clock."""

    name: str
    now_ms: Callable[[], int]
    passed: Callable[[str], Awaitable[None]]

    async def __call__(self) -> None:
        """Wait."""
        await self.passed(self.name)


@dataclass(frozen=True, slots=True)
class MemoryLog(ChainedLog):
    """The log with its reader's part in memory. Reading takes a while at both ends."""

    folds: Folds
    gate: Callable[[], Awaitable[None]]

    async def fold(self, partition: int) -> Folded:  # noqa: ARG002  there is one
        """As in production, up to the end as it was when reading began."""
        await self.gate()
        folded = self.folds.fold(self.stream)
        await self.gate()
        return folded


@dataclass(frozen=True, slots=True)
class MemoryEnds:
    """Asks the simulated broker where topics end. The answer takes a while."""

    topics: Topics
    gate: Gate

    async def end(self, topic: str, partition: int) -> int:  # noqa: ARG002  there is one
        """See Ends."""
        await self.gate()
        end = len(self.topics[topic])
        await self.gate()
        return end


@lru_cache(maxsize=50_000)
def to_input(topic: str, offset: int, record: Record) -> Input:
    """A record as a driver hands it over."""
    place = place_of(record.headers)
    return Input(topic, offset, record.key, record.value, record.headers, place)


class Process:
    """One process that believes to own the partition; the world says when anything happens."""

    def __init__(
        self, name: str, stream: str, parts: Parts, limits: Limits, clock: Timekeeper | None = None
    ) -> None:
        self.name = name
        self.stream = stream
        self.producer = cast("Producer", parts.log.producer)
        self.asleep = False
        self.alive = True
        self.cursors: dict[str, int] = {}
        self._acts = parts.acts
        self._clock = clock
        self._looking: asyncio.Task[None] | None = None
        self._own: Callable[[], Processor] = partial(Processor, 0, parts, self._seek, limits)
        self.own()

    def own(self) -> None:
        """Own the partition, perhaps again; whoever owned it here before is cancelled."""
        self.processor = self._own()
        self.task = self._begin(self.processor.run())

    @property
    def free(self) -> int:
        """How many more calls may be claimed here."""
        return self._acts.free

    @property
    def acting(self) -> bool:
        """Whether a call is being performed here."""
        return bool(self._acts.running)

    @property
    def looking(self) -> bool:
        """Whether a look at its clock is under way."""
        return self._looking is not None and not self._looking.done()

    def feed(self, topic: str, records: list[Record], start: int, end: int) -> None:
        """Fetch from `start`, wherever the processor stands; at a gap go back."""
        fetched = [to_input(topic, at, records[at]) for at in range(start, end)]
        gap = self.processor.deliver(topic, fetched)
        self.cursors[topic] = end if gap is None else gap.expected

    def look(self) -> None:
        """Look at the clock, unless the last look still goes on."""
        if self._clock is not None and not self.looking:
            self._looking = self._begin(self._clock.look(self.processor.timing))

    def faults(self) -> list[BaseException]:
        """What ended a part of it."""
        return [*_ended_by(self.task), *_ended_by(self._looking)]

    def kill(self) -> None:
        """The process is gone; what it has sent may still land."""
        self.alive = False
        acts = list(self._acts._tasks.values())  # noqa: SLF001  they end with the process
        for task in [self.task, *([self._looking] if self._looking else []), *acts]:
            task.cancel()
        self.producer.break_down()

    def _seek(self, partition: int) -> None:  # noqa: ARG002  there is one
        self.cursors = dict(self.processor.expected())

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        context = copy_context()
        context.run(RUNNING.set, self)
        return asyncio.create_task(coroutine, name=self.name, context=context)

    def crash(self) -> None:
        """See Mortal."""
        self.kill()


def _ended_by(task: asyncio.Task[None] | None) -> list[BaseException]:
    """What ended it, if it has ended and was not cancelled."""
    if task is None or not task.done() or task.cancelled():
        return []
    error = task.exception()
    return [] if error is None else [error]
