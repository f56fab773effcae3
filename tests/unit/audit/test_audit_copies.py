"""Forwarded copies show what was never decided, what never arrived, and what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from streams.core.inputs import PlaceOf
from streams.sources.record import Held, SourceRecord
from streams.sources.verify import Verification
from tests.builders import CODEC
from tests.unit.audit.tampering import CONTRACTS, LEDGER, audited, copied, flipped, kinds
from tests.unit.sinks.world import MemorySource


async def test_a_record_that_no_block_emitted_is_found() -> None:
    topics = copied()
    call = topics["calls.tool"][-1]
    topics["calls.tool"].append(replace(call, offset=call.offset + 1, headers=()))

    (finding,) = (await audited(topics)).findings

    assert (finding.topic, finding.kind) == ("calls.tool", "past_the_ledger")


async def test_a_record_that_claims_a_place_where_nothing_is_emitted_is_found() -> None:
    topics = copied()
    call = topics["calls.tool"][-1]
    header = PlaceOf(LEDGER, 1, 77).header()
    topics["calls.tool"].append(replace(call, offset=call.offset + 1, headers=(header,)))

    assert await kinds(topics) == {"copy_of_nothing"}


async def test_a_changed_copy_is_found() -> None:
    topics = copied()
    topics["outcomes"][1] = flipped(topics["outcomes"][1], 50)

    (finding,) = (await audited(topics)).findings

    assert (finding.topic, finding.offset, finding.kind) == ("outcomes", 1, "copy_differs")


async def test_a_copy_under_another_key_is_found() -> None:
    topics = copied()
    topics["outcomes"][1] = replace(topics["outcomes"][1], key=b"other")

    assert await kinds(topics) == {"copy_differs"}


async def test_a_copy_on_another_topic_is_found() -> None:
    topics = copied()
    moved = topics["calls.tool"][0]
    topics["calls.model"].append(replace(moved, offset=len(topics["calls.model"])))

    assert await kinds(topics) == {"copy_of_nothing"}


async def test_a_copy_that_was_sent_again_is_no_fault() -> None:
    topics = copied()
    again = topics["outcomes"][-1]
    topics["outcomes"].append(replace(again, offset=again.offset + 1))

    assert (await audited(topics)).passed


async def test_a_copy_that_never_arrived_is_found_by_the_next() -> None:
    topics = copied()
    del topics["state.plan"][1]

    found = (await audited(topics)).findings

    assert [(f.topic, f.kind) for f in found] == [("state.plan", "copy_missing")]


async def test_a_last_copy_that_never_arrived_is_found_by_what_later_blocks_say() -> None:
    topics = copied()
    del topics["state.plan"][-1]

    assert await kinds(topics) == {"copy_missing"}


async def test_old_copies_that_were_kept_no_longer_are_no_fault() -> None:
    topics = copied()
    for topic in ("state.plan", "outcomes", "call.results"):
        del topics[topic][0]

    assert (await audited(topics)).passed


async def test_copies_newer_than_the_ledger_that_was_read_are_left_for_the_next_audit() -> None:
    """The ends of all topics are looked up before the ledger is read."""
    topics = copied()
    outcomes = topics["outcomes"]

    class Growing(list[SourceRecord]):
        """A topic that gets one more record once its end was looked up."""

        def __iter__(self) -> Iterator[SourceRecord]:
            header = PlaceOf(LEDGER, 999, 0).header()
            newer = replace(outcomes[-1], offset=len(outcomes), headers=(header,))
            return iter([*outcomes, newer])

    topics["outcomes"] = Growing(outcomes)

    assert (await audited(topics)).passed


class Looked(MemorySource):
    """A source that grows while ends are looked up, one topic after another."""

    looks: ClassVar[dict[str, int]] = {}

    async def held(self, topic: str, partition: int) -> Held:
        """First an early end; then `state.plan` before its last record, all others after it."""
        first, end = await MemorySource.held(self, topic, partition)
        self.looks[topic] = self.looks.get(topic, 0) + 1
        if self.looks[topic] == 1:
            return Held(first, end // 2)
        return Held(first, end - 1 if topic == "state.plan" else end)


async def test_topics_whose_ends_are_looked_up_one_after_another_raise_no_false_alarm() -> None:
    Looked.looks.clear()
    report = await Verification(Looked(copied()), CODEC, CONTRACTS).run()

    assert set(Looked.looks.values()) == {2}
    assert report.findings == []
