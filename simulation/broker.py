"""One partition of every topic in memory, and producers whose sends land when the world says.

A producer's sends to one topic land in their order, late, twice, or not at all; after one that
does not land, none of the later ones does (rule 4 of the ledger rests on it).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

Headers = tuple[tuple[str, bytes], ...]


class Record(NamedTuple):
    """What a topic holds; its offset is its place in the list."""

    key: bytes | None
    value: bytes
    headers: Headers = ()


class Landed(NamedTuple):
    """What the broker acknowledges."""

    offset: int


class SendFailed(Exception):
    """Nobody knows whether it has landed."""


@dataclass
class Sending:
    """A record on its way to a topic, and then its acknowledgement on its way back."""

    record: Record
    ack: asyncio.Future[Landed]
    offset: int = -1

    def acknowledge(self) -> None:
        """The producer hears where it has landed."""
        if not self.ack.done():
            self.ack.set_result(Landed(self.offset))

    def fail(self) -> None:
        """The producer hears that nobody knows."""
        if not self.ack.done():
            self.ack.set_exception(SendFailed("broken"))
            self.ack.exception()


Queues = defaultdict[str, deque[Sending]]
Topics = defaultdict[str, list[Record]]


def queues() -> Queues:
    """By topic, oldest first."""
    return defaultdict(deque)


@dataclass
class Producer:
    """One process's producer, as far as the log and the forwarder use one."""

    topics: Topics
    going: Queues = field(default_factory=queues)
    coming: Queues = field(default_factory=queues)
    broken: bool = False

    async def send(
        self,
        topic: str,
        value: bytes,
        key: bytes | None = None,
        partition: int | None = None,  # noqa: ARG002  there is one
        headers: list[tuple[str, bytes]] | None = None,
    ) -> asyncio.Future[Landed]:
        """As aiokafka's: the future is the acknowledgement."""
        ack: asyncio.Future[Landed] = asyncio.get_running_loop().create_future()
        sending = Sending(Record(key, value, tuple(headers or ())), ack)
        if self.broken:
            sending.fail()
        else:
            self.going[topic].append(sending)
        return ack

    def land(self, topic: str, copies: int = 1) -> None:
        """The oldest record on its way to `topic` arrives."""
        sending = self.going[topic].popleft()
        sending.offset = len(self.topics[topic])
        self.topics[topic].extend([sending.record] * copies)
        self.coming[topic].append(sending)

    def acknowledge(self, topic: str) -> None:
        """The producer hears of the oldest record that has landed on `topic`."""
        self.coming[topic].popleft().acknowledge()

    def break_down(self) -> None:
        """No acknowledgement comes any more; what is on its way may still land."""
        self.broken = True
        for queue in [*self.going.values(), *self.coming.values()]:
            for sending in queue:
                sending.fail()
        self.coming.clear()


def busy(held: Queues) -> list[str]:
    """Topics with something on its way."""
    return [topic for topic, queue in held.items() if queue]
