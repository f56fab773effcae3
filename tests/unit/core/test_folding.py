"""Where a fold begins to read, and what it finds there."""

from __future__ import annotations

import pytest

from schemas.errors import ChainBroken
from streams.core import snapshot
from streams.core.chain import NOWHERE
from streams.core.folding import Folder, start_offset
from tests.builders import CODEC, NOON_MS
from tests.unit.core.stream import MemoryStream, draft, state_of


@pytest.mark.parametrize(("named", "start"), [(NOWHERE, 0), (0, 0), (7, 7)])
def test_a_fold_starts_at_the_named_snapshot_or_at_the_beginning(named: int, start: int) -> None:
    assert start_offset(named, first_offset=0) == start


def test_a_fold_may_start_where_the_broker_begins() -> None:
    assert start_offset(7, first_offset=7) == 7


@pytest.mark.parametrize(("named", "first"), [(NOWHERE, 1), (7, 8)])
def test_a_fold_whose_beginning_is_gone_says_what_to_do(named: int, first: int) -> None:
    with pytest.raises(ChainBroken, match=f"from offset {first}.*restore"):
        start_offset(named, first)


def test_what_is_named_as_a_snapshot_must_be_one() -> None:
    stream = MemoryStream()
    stream.put(stream.writer())
    with pytest.raises(ChainBroken, match="offset 0 is named as a snapshot"):
        Folder(CODEC, from_snapshot=True).feed(0, stream.records[0])


def test_a_fold_begins_with_the_first_part_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PART_BYTES", 16)
    writer = MemoryStream().writer()
    draft(writer.fold, 0, a=b"1" * 40)
    parts = writer.seal_snapshot(NOON_MS)
    with pytest.raises(ChainBroken, match="offset 1"):
        Folder(CODEC, from_snapshot=True).feed(1, parts[1].value)


def test_void_blocks_between_the_parts_are_stepped_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PART_BYTES", 16)
    stream = MemoryStream()
    writer, zombie = stream.writer(), stream.writer("zombie")
    stream.put(writer, draft(writer.fold, 0, a=b"1" * 40))
    for part in writer.seal_snapshot(NOON_MS):
        stream.append(part.value)
        stream.put(zombie)
    folder = Folder(CODEC, from_snapshot=True)
    for offset in range(1, len(stream.records)):
        folder.feed(offset, stream.records[offset])
    assert state_of(folder.fold) == state_of(stream.fold_from_the_beginning())


def test_blocks_that_may_not_have_arrived_are_kept() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    for _ in range(3):
        stream.put(writer)
    writer.forwarded_through = 0
    stream.put(writer)
    assert [offset for offset, _ in stream.fold().unforwarded] == [1, 2, 3]
