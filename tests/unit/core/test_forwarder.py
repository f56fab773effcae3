"""Rule 4: records leave in order, each with its place, and nothing leaves after one that failed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from simulation.broker import Producer, Record
from streams.adapters.forwarder import Forwarder
from streams.core.chain import NOWHERE
from streams.core.inputs import place_of

if TYPE_CHECKING:
    from schemas.records import Decision


class Bench:
    """A forwarder of the ledger, on a producer whose sends land by hand."""

    def __init__(self) -> None:
        self.changes = 0
        self.producer = Producer(defaultdict(list))
        producer: Any = self.producer
        self.forwarder = Forwarder(producer, "p.", "ledger", 0, self.changed)

    def changed(self) -> None:
        self.changes += 1

    def sent(self, topic: str) -> list[Record]:
        return [sending.record for sending in self.producer.going[topic]]

    async def acknowledge(self, topic: str) -> None:
        self.producer.land(topic)
        self.producer.acknowledge(topic)
        await asyncio.sleep(0)


def deciding(*topics: str) -> Decision:
    """A decision that emits one record to each topic; no more of it is looked at."""
    emits = [{"topic": topic, "key": "acme", "value": topic.encode()} for topic in topics]
    return cast("Decision", {"emits": emits})


async def test_every_record_carries_its_place_on_the_ledger() -> None:
    bench = Bench()
    await bench.forwarder.forward(7, [deciding("a", "b"), deciding("a")])
    places = [place_of(record.headers) for record in bench.sent("p.a") + bench.sent("p.b")]
    assert [(place.offset, place.index) for place in places if place] == [(7, 0), (7, 2), (7, 1)]
    assert bench.sent("p.b")[0][:2] == (b"acme", b"b")


async def test_forwarded_through_is_the_last_block_before_the_first_that_is_not_acknowledged() -> (
    None
):
    bench = Bench()
    await bench.forwarder.forward(0, [deciding("a")])
    await bench.forwarder.forward(1, [deciding("b")])
    await bench.forwarder.forward(4, [deciding()])
    await bench.acknowledge("p.b")
    assert bench.forwarder.forwarded_through == NOWHERE
    await bench.acknowledge("p.a")
    assert bench.forwarder.forwarded_through == 4


async def test_a_block_without_records_is_forwarded_at_once() -> None:
    bench = Bench()
    await bench.forwarder.forward(3, [])
    assert bench.forwarder.forwarded_through == 3


async def test_after_a_failed_send_nothing_more_is_sent_and_the_processor_hears_of_it() -> None:
    bench = Bench()
    await bench.forwarder.forward(0, [deciding("a")])
    bench.producer.break_down()
    await asyncio.sleep(0)
    assert bench.forwarder.failure is not None
    assert bench.changes == 1
    bench.producer.broken = False
    await bench.forwarder.forward(1, [deciding("b")])
    assert bench.sent("p.b") == []
    assert bench.forwarder.forwarded_through == NOWHERE
