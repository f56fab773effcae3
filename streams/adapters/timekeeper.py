"""The clock of a worker: sends a tick for every timer that is due, of all its partitions.

Rule 6 of the ledger: after a timer is due, the ends of pools' answers and of people's decisions
are read, and the tick is sent once all up to there were decided. Ticks may be lost or doubled: a
timer stands until a block says otherwise, and is asked for again while it does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from schemas.codec import Codec
from streams.adapters.crash_points import CrashPoint, reached
from streams.core import tables
from streams.core.ticks import TICKS, WAITED_FOR

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from schemas.records import Tick
    from streams.adapters.ends import Ends
    from streams.core.timers import Timer

INTERVAL_S = 0.25
"""How often the clock is looked at: a timer fires within twice this, and the way to Kafka."""


class Timed(Protocol):
    """One partition, as far as its clock goes."""

    @property
    def partition(self) -> int:
        """Its number."""

    def any_due(self, now_ms: int) -> bool:
        """Whether a timer may be due; False while the partition folds."""

    def take_due(self, now_ms: int) -> list[Timer]:
        """The timers that are due."""

    def decided(self, topic: str) -> int:
        """The offset after the last that was decided on, or dropped as a copy."""

    def applied(self, topic: str) -> int:
        """The offset after the last that was decided on; copies behind it do not count."""


@dataclass(slots=True)
class Timekeeper:
    """Keeps the time of all partitions in `timed`."""

    timed: Collection[Timed]
    producer: AIOKafkaProducer
    topic_prefix: str
    codec: Codec
    ends: Ends
    now_ms: Callable[[], int]
    name: str
    _asked: dict[Timed, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    """When it was asked where topics end, and where they did."""

    async def run(self) -> None:
        """Look at the clock until cancelled. Raises what the clients raise."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            for timed in list(self.timed):
                await self.look(timed)

    async def look(self, timed: Timed) -> None:
        """Send the ticks of one partition, if all before them has been decided."""
        if not timed.any_due(self.now_ms()):
            self._asked.pop(timed, None)
            return
        if timed not in self._asked:
            if __debug__:
                reached(CrashPoint.TIMER_DUE)
            asked_ms = self.now_ms()
            self._asked[timed] = (
                asked_ms,
                {topic: await self.ends.end(topic, timed.partition) for topic in WAITED_FOR},
            )
        asked_ms, ends = self._asked[timed]
        if all(timed.decided(topic) >= end for topic, end in ends.items()):
            del self._asked[timed]
            await self._tick(timed, asked_ms)

    async def _tick(self, timed: Timed, asked_ms: int) -> None:
        """For the timers that were due before it was asked for ends, and for no later one."""
        through = {field: timed.applied(topic) for topic, field in WAITED_FOR.items()}
        if __debug__:
            reached(CrashPoint.ANSWERS_DECIDED)
        sent = [
            await self._send(timed.partition, timer, through) for timer in timed.take_due(asked_ms)
        ]
        await asyncio.gather(*sent)

    async def _send(
        self, partition: int, timer: Timer, through: Mapping[str, int]
    ) -> asyncio.Future[object]:
        sent: asyncio.Future[object] = await self.producer.send(
            self.topic_prefix + TICKS,
            self.codec.encode("tick", self._record(timer, through)),
            key=timer.workspace.encode(),
            partition=partition,
        )
        if __debug__:
            reached(CrashPoint.TICK_SENT)
        return sent

    def _record(self, timer: Timer, through: Mapping[str, int]) -> Tick:
        record = {
            "workspace": timer.workspace,
            "run_id": timer.row if timer.table == tables.RUNS else "",
            "due_at_ms": timer.due_at_ms,
            "sent_by": self.name,
            "table": timer.table,
            "row": "" if timer.table == tables.RUNS else timer.row,
            **through,
        }
        return cast("Tick", record)
