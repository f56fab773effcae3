"""A worker fetches what a decision wants: other topics go on, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from simulation.payloads import MemoryPayloads
from streams.adapters import fetching
from streams.adapters.fetching import Fetcher, Fetching
from streams.core.draft import Draft
from streams.core.inbox import Inbox
from streams.core.payloads import Payloads
from tests.builders import CODEC, delivered, document
from tests.unit.payloads.memory import Flaky
from tests.unit.payloads.test_large_answers import begun, stored

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

FOUND = {"documents": [document("big", "x" * 100_000)]}
RESULTS, PLAN = "call.results", "state.plan"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FIRST_DELAY_S", 0.001)


class Partition:
    """An inbox and the decisions on it, as the processor makes them."""

    def __init__(self, payloads: Payloads, wait_s: float = 5.0) -> None:
        self.journey, self.call = begun()
        self.inbox = Inbox()
        self.inbox.open({RESULTS: 0, PLAN: 0})
        self.woken = asyncio.Event()
        fetcher = Fetcher(payloads, wait_s)
        self.fetching = Fetching(self.journey.engine, self.inbox, fetcher, self.woken.set)
        self.drafts: list[Draft] = []

    def offer(self, topic: str, *values: bytes) -> None:
        at = self.inbox.expected[topic]
        self.inbox.offer(topic, [delivered(topic, at + n, v) for n, v in enumerate(values)])

    def work(self) -> list[tuple[str, int]]:
        while (source := self.inbox.take(facts_only=False)) is not None:
            draft = self.fetching.decide(self.journey.fold, source, self.journey.now_ms)
            if draft is not None:
                self.journey.fold.note(draft)
                self.drafts.append(draft)
        return [(draft.source.topic, draft.source.offset) for draft in self.drafts]

    async def wake(self) -> list[tuple[str, int]]:
        async with asyncio.timeout(10):
            await self.woken.wait()
        self.woken.clear()
        return self.work()


def encoded(record: CallResult) -> bytes:
    return CODEC.encode("call_result", record)


def other(call: Call) -> bytes:
    """An answer that nobody waits for."""
    return encoded({**stored(call, FOUND)[0], "call_id": "other", "payload_hash": ""})


async def test_what_lies_behind_on_the_topic_waits_and_other_topics_go_on() -> None:
    store = MemoryPayloads({})
    partition = Partition(store)
    record, payload = stored(partition.call, FOUND)
    partition.offer(RESULTS, encoded(record), other(partition.call))
    partition.offer(PLAN, b"poison", b"poison")
    partition.offer(RESULTS, other(partition.call))
    assert partition.work() == [(PLAN, 0), (PLAN, 1)]
    assert partition.inbox.undecided_from(RESULTS) == 0
    assert len(partition.inbox) == 3
    await store.put(payload)
    found = await partition.wake()
    assert found == [(PLAN, 0), (PLAN, 1), (RESULTS, 0), (RESULTS, 1), (RESULTS, 2)]
    assert partition.drafts[2].rule == "answer.done"
    assert partition.inbox.undecided_from(RESULTS) == 3


async def test_a_store_that_is_away_is_asked_again_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Flaky(failures=3)
    partition = Partition(store)
    record, payload = stored(partition.call, FOUND)
    await store.store.put(payload)
    partition.offer(RESULTS, encoded(record))
    with caplog.at_level(logging.WARNING):
        partition.work()
        await partition.wake()
    assert partition.drafts[0].rule == "answer.done"
    assert caplog.messages == ["call.results offset 0: it is away; tried again"] * 3


async def test_what_cannot_be_had_in_time_is_a_dead_letter_and_the_rest_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    partition = Partition(MemoryPayloads({}), wait_s=0.01)
    record, _ = stored(partition.call, FOUND)
    partition.offer(RESULTS, encoded(record), other(partition.call))
    with caplog.at_level(logging.WARNING):
        partition.work()
        assert await partition.wake() == [(RESULTS, 0), (RESULTS, 1)]
    assert [draft.rule for draft in partition.drafts] == ["dead_letter", "answer.not_awaited"]
    assert "was never kept; given up" in caplog.messages[-1]


async def test_a_store_that_never_answers_is_given_up() -> None:
    partition = Partition(MemoryPayloads({}, lambda: asyncio.sleep(3600)), wait_s=0.01)
    partition.offer(RESULTS, encoded(stored(partition.call, FOUND)[0]))
    partition.work()
    await partition.wake()
    assert "the payload store does not answer" in partition.drafts[0].reason


async def test_what_arrives_after_a_fold_is_not_decided_twice() -> None:
    store, let = MemoryPayloads({}), asyncio.Event()
    partition = Partition(MemoryPayloads(store.kept, let.wait))  # type: ignore[arg-type]
    record, payload = stored(partition.call, FOUND)
    await store.put(payload)
    partition.offer(RESULTS, encoded(record))
    partition.work()
    partition.inbox.shut()
    partition.inbox.open({RESULTS: 0, PLAN: 0})
    let.set()
    assert await partition.wake() == []
    partition.offer(RESULTS, encoded(record))
    partition.work()
    assert await partition.wake() == [(RESULTS, 0)]


async def test_a_partition_that_is_left_fetches_no_more() -> None:
    partition = Partition(MemoryPayloads({}, lambda: asyncio.sleep(3600)))
    partition.offer(RESULTS, encoded(stored(partition.call, FOUND)[0]))
    partition.work()
    (task,) = partition.fetching._tasks
    partition.fetching.stop()
    await asyncio.wait([task])
    assert task.cancelled()
