"""Whatever is done to a ledger's records, the audit says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.audit.chain import IN_FLIGHT
from streams.core.chain import GENESIS
from streams.core.hashing import digest
from tests.unit.audit.tampering import (
    LEDGER,
    audited,
    block,
    copied,
    encoded,
    flipped,
    kinds,
    renumbered,
    sound,
)

MIDDLE = 4
"""An offset with blocks before and behind it."""


async def test_a_sound_ledger_passes_and_a_lost_race_is_no_fault() -> None:
    report = await audited(copied())

    assert report.findings == []
    assert report.counts["void blocks"] == 1
    assert report.counts["outcomes"] == report.counts["runs"] == 3
    assert report.counts["snapshots"] == 1
    head = next(head for head in report.heads if head.stream == LEDGER)
    last = copied()[LEDGER][-1]
    assert (head.offset, head.hash_hex) == (last.offset, digest(last.value or b"").hex())


@given(offset=st.integers(0, 200), position=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
async def test_any_changed_bit_is_found_where_blocks_follow(
    offset: int, position: int, bit: int
) -> None:
    topics = copied()
    void = next(r.offset for r in topics[LEDGER] if block(r)["writer"] == "zombie")
    offset %= len(topics[LEDGER]) - 1
    if offset == void:  # nothing follows a void block
        offset -= 1
    topics[LEDGER][offset] = flipped(topics[LEDGER][offset], position, bit)

    report = await audited(topics)

    ledger = [finding for finding in report.findings if finding.topic == LEDGER]
    assert ledger
    assert ledger[0].offset in {offset, offset + 1, offset + 2}


@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
async def test_a_changed_bit_in_what_the_last_block_emits_shows_in_the_copies(
    position: int, bit: int
) -> None:
    topics = copied()
    last = topics[LEDGER][-1]
    emitted = block(last)["decisions"][0]["emits"][0]["value"]
    start = (last.value or b"").index(emitted)
    topics[LEDGER][-1] = flipped(last, start + position % len(emitted), bit)

    assert await kinds(topics) & {"copy_differs", "undecodable"}


async def test_a_byte_that_makes_a_block_undecodable_is_found_there() -> None:
    topics = copied()
    topics[LEDGER][MIDDLE] = replace(topics[LEDGER][MIDDLE], value=b"\0nonsense")

    first = (await audited(topics)).findings[0]

    assert (first.topic, first.offset, first.kind) == (LEDGER, MIDDLE, "undecodable")


async def test_a_dropped_block_leaves_a_gap() -> None:
    topics = copied()
    del topics[LEDGER][MIDDLE]

    first = (await audited(topics)).findings[0]

    assert (first.topic, first.offset, first.kind) == (LEDGER, MIDDLE + 1, "dropped")
    assert f"offsets {MIDDLE} to {MIDDLE}" in first.message


async def test_a_dropped_block_is_found_even_when_all_offsets_are_renumbered() -> None:
    topics = copied()
    del topics[LEDGER][MIDDLE]
    topics[LEDGER] = renumbered(topics[LEDGER])

    first = (await audited(topics)).findings[0]

    assert (first.offset, first.kind) == (MIDDLE, "does_not_follow")


async def test_a_missing_beginning_is_found() -> None:
    topics = copied()
    del topics[LEDGER][:2]

    assert {"dropped", "does_not_follow"} <= await kinds(topics)


async def test_a_cut_end_is_found_by_the_copies_of_what_it_emitted() -> None:
    topics = copied()
    del topics[LEDGER][-1]

    report = await audited(topics)

    assert {finding.kind for finding in report.findings} == {"cut"}
    assert {finding.topic for finding in report.findings} == {"outcomes"}


async def test_an_identical_double_is_dropped_and_counted() -> None:
    topics = copied()
    topics[LEDGER].insert(MIDDLE, topics[LEDGER][MIDDLE])

    report = await audited(topics)

    assert report.passed
    assert report.counts["identical duplicates"] == 1


async def test_a_block_that_was_appended_twice_is_void_the_second_time() -> None:
    topics = copied()
    last = topics[LEDGER][-1]
    topics[LEDGER].append(replace(last, offset=last.offset + 1))

    report = await audited(topics)

    assert report.passed
    assert report.counts["identical duplicates"] == 1


async def test_a_double_with_a_change_at_the_same_offset_is_found() -> None:
    topics = copied()
    topics[LEDGER].insert(MIDDLE + 1, flipped(topics[LEDGER][MIDDLE], 100))

    assert await kinds(topics) == {"unequal"}


@pytest.mark.parametrize("position", [30, 100, 200, 400])
async def test_a_double_with_a_change_at_an_offset_of_its_own_is_found(position: int) -> None:
    topics = copied()
    topics[LEDGER].insert(MIDDLE + 1, flipped(topics[LEDGER][MIDDLE], position))
    topics[LEDGER] = renumbered(topics[LEDGER])

    assert await kinds(topics)


async def test_two_blocks_of_one_writer_on_one_predecessor_are_found() -> None:
    topics = copied()
    last = topics[LEDGER][-1]
    changed = encoded({**block(last), "decided_at_ms": 1})
    topics[LEDGER].append(replace(last, offset=last.offset + 1, value=changed))

    assert await kinds(topics) == {"doubled"}


async def test_swapped_blocks_are_found() -> None:
    topics = copied()
    records = topics[LEDGER]
    records[MIDDLE], records[MIDDLE + 1] = records[MIDDLE + 1], records[MIDDLE]

    assert "reordered" in await kinds(topics)


async def test_swapped_blocks_are_found_even_when_all_offsets_are_renumbered() -> None:
    topics = copied()
    records = topics[LEDGER]
    records[MIDDLE], records[MIDDLE + 1] = records[MIDDLE + 1], records[MIDDLE]
    topics[LEDGER] = renumbered(records)

    assert "does_not_follow" in await kinds(topics)


async def test_a_void_block_must_name_a_block_that_was_there() -> None:
    topics = copied()
    stray = encoded({**block(topics[LEDGER][0]), "previous": b"\7" * 16, "writer": "stray"})
    topics[LEDGER].append(replace(topics[LEDGER][0], offset=len(topics[LEDGER]), value=stray))

    assert await kinds(topics) == {"does_not_follow"}


def chained_voids(count: int, writers: tuple[str, ...]) -> list[bytes]:
    """Blocks that follow each other, the first of them void."""
    previous, values = GENESIS, []
    for number in range(count):
        writer = writers[number % len(writers)]
        empty = {**block(sound().topics[LEDGER][0]), "decisions": [], "decided_at_ms": number}
        values.append(encoded({**empty, "previous": previous, "writer": writer}))  # type: ignore[typeddict-item]
        previous = digest(values[-1])
    return values


async def with_voids(count: int, *writers: str) -> set[str]:
    topics = copied()
    for value in chained_voids(count, writers):
        record = topics[LEDGER][0]
        topics[LEDGER].append(replace(record, offset=len(topics[LEDGER]), value=value))
    return await kinds(topics)


async def test_a_loser_may_have_sealed_a_few_more_blocks_on_its_first() -> None:
    assert await with_voids(2, "zombie") == set()


async def test_nobody_builds_on_the_void_block_of_another() -> None:
    assert await with_voids(2, "zombie", "accomplice") == {"fork"}


async def test_a_void_branch_that_goes_on_and_on_is_found() -> None:
    assert await with_voids(IN_FLIGHT + 1, "zombie") == {"fork"}
