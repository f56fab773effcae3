"""Rule 2: the first block to extend the head wins, and void blocks change nothing."""

from __future__ import annotations

import pytest

from schemas.errors import RecordError
from streams.core.chain import GENESIS
from streams.core.hashing import digest
from tests.builders import NOON_MS
from tests.unit.core.stream import MemoryStream, block_of, draft, state_of


def test_the_first_block_names_the_genesis() -> None:
    writer = MemoryStream().writer()
    assert block_of(writer.seal([], NOON_MS).value)["previous"] == GENESIS == bytes(16)


def test_a_block_names_the_hash_of_the_bytes_before_it() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    first, second = stream.put(writer), stream.put(writer)
    assert block_of(second.value)["previous"] == digest(first.value)


def test_the_first_to_extend_the_head_wins() -> None:
    stream = MemoryStream()
    left, right = stream.writer("left"), stream.writer("right")
    stream.put(left, draft(left.fold, 0, who=b"left"))
    stream.put(right, draft(right.fold, 0, who=b"right"))
    fold = stream.fold_from_the_beginning()
    assert fold.tables.get("evidence", "who") == b"left"
    assert fold.void_blocks == 1


def test_a_void_block_changes_nothing() -> None:
    stream = MemoryStream()
    winner, loser = stream.writer("winner"), stream.writer("loser")
    stream.put(winner, draft(winner.fold, 0, a=b"1"))
    before = state_of(stream.fold_from_the_beginning())
    stream.put(loser, draft(loser.fold, 0, a=b"2"))
    stream.put(loser, draft(loser.fold, 1, b=b"3"))
    assert state_of(stream.fold_from_the_beginning()) == before


def test_a_block_that_was_appended_twice_counts_once() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    sealed = stream.put(writer, draft(writer.fold, 0, a=b"1"))
    stream.append(sealed.value)
    stream.put(writer, draft(writer.fold, 1, b=b"2"))
    assert [offset for offset, _ in stream.valid()] == [0, 2]
    assert list(stream.fold().fold.tables) == list(writer.fold.tables)


def test_a_successor_of_a_void_block_is_void() -> None:
    stream = MemoryStream()
    winner, loser = stream.writer("winner"), stream.writer("loser")
    stream.put(winner)
    for _ in range(3):
        stream.put(loser)
    assert [offset for offset, _ in stream.valid()] == [0]


def test_a_record_that_is_no_block_stops_the_fold() -> None:
    stream = MemoryStream()
    stream.put(stream.writer())
    stream.append(b"\0garbage")
    with pytest.raises(RecordError):
        stream.fold_from_the_beginning()
