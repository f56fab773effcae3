"""Rule 4 of the ledger: emit from accepted blocks, in order; stop at the first failed send.

What was sent and not acknowledged before a crash is sent again by the next owner. Receivers
drop what they have seen, by the place that every record carries.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from streams.adapters.crash_points import CrashPoint, reached
from streams.core.chain import NOWHERE
from streams.core.inputs import PlaceOf

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from schemas.records import Decision


@dataclass(slots=True)
class _Sending:
    offset: int
    unacknowledged: int


class Forwarder:
    """Forwards the records of one partition of one chained stream."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        topic_prefix: str,
        stream: str,
        partition: int,
        on_change: Callable[[], None],
    ) -> None:
        self._producer = producer
        self._prefix = topic_prefix
        self._stream = stream
        self._partition = partition
        self._on_change = on_change
        self._sending: deque[_Sending] = deque()
        self.forwarded_through = NOWHERE
        self.failure: BaseException | None = None

    async def forward(self, offset: int, decisions: Sequence[Decision]) -> None:
        """Send what the block at `offset` emits. Acknowledgements are awaited elsewhere."""
        emits = [emit for decision in decisions for emit in decision["emits"]]
        sending = _Sending(offset, len(emits))
        self._sending.append(sending)
        for index, emit in enumerate(emits):
            if self.failure is not None:
                return
            if __debug__:
                reached(CrashPoint.BEFORE_FORWARD)
            place = PlaceOf(self._stream, offset, index)
            sent = await self._producer.send(
                self._prefix + emit["topic"],
                emit["value"],
                key=emit["key"].encode(),
                partition=self._partition,
                headers=[place.header()],
            )
            sent.add_done_callback(partial(self._acknowledged, sending))
            if __debug__:
                reached(CrashPoint.FORWARDED)
        if __debug__:
            reached(CrashPoint.BLOCK_FORWARDED)
        self._advance()

    @property
    def quiet(self) -> bool:
        """Whether everything that was sent is acknowledged."""
        return not self._sending

    def _acknowledged(self, sending: _Sending, sent: asyncio.Future[object]) -> None:
        if sent.cancelled():
            self.failure = self.failure or asyncio.CancelledError()
        elif sent.exception() is not None:
            self.failure = self.failure or sent.exception()
        else:
            sending.unacknowledged -= 1
            if __debug__:
                reached(CrashPoint.FORWARD_ACKNOWLEDGED)
            self._advance()
        if self.failure:
            self._on_change()

    def _advance(self) -> None:
        while self._sending and self._sending[0].unacknowledged == 0:
            self.forwarded_through = self._sending.popleft().offset
