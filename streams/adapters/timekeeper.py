"""The clock of a worker: sends a tick for every timer that is due, of all its partitions.

Rule 6 of the ledger: after a timer is due, the end of the answers is read, and the tick is sent
once all answers up to there were decided. Ticks may be lost or doubled: a timer stands until a
block says otherwise, and is asked for again while it does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from schemas.codec import Codec
from streams.adapters.crash_points import CrashPoint, reached
from streams.core.answers import RESULTS
from streams.core.ticks import TICKS

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
        """The offset after the last that was decided on."""


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
    _through: dict[Timed, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at the clock until cancelled. Raises what the clients raise."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            for timed in list(self.timed):
                await self.look(timed)

    async def look(self, timed: Timed) -> None:
        """Send the ticks of one partition, if answers before them have been decided."""
        if not timed.any_due(self.now_ms()):
            self._through.pop(timed, None)
            return
        if timed not in self._through:
            if __debug__:
                reached(CrashPoint.TIMER_DUE)
            self._through[timed] = await self.ends.end(RESULTS, timed.partition)
        if timed.decided(RESULTS) >= self._through[timed]:
            await self._tick(timed, self._through.pop(timed))

    async def _tick(self, timed: Timed, through: int) -> None:
        if __debug__:
            reached(CrashPoint.ANSWERS_DECIDED)
        sent = [
            await self._send(timed.partition, timer, through)
            for timer in timed.take_due(self.now_ms())
        ]
        await asyncio.gather(*sent)

    async def _send(self, partition: int, timer: Timer, through: int) -> asyncio.Future[object]:
        sent: asyncio.Future[object] = await self.producer.send(
            self.topic_prefix + TICKS,
            self.codec.encode("tick", self._record(timer, through)),
            key=timer.workspace.encode(),
            partition=partition,
        )
        if __debug__:
            reached(CrashPoint.TICK_SENT)
        return sent

    def _record(self, timer: Timer, through: int) -> Tick:
        return {
            "workspace": timer.workspace,
            "run_id": timer.run_id,
            "due_at_ms": timer.due_at_ms,
            "results_through": through,
            "sent_by": self.name,
        }
