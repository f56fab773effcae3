"""The writer's side: what it expects of its blocks, and when it names a snapshot."""

from __future__ import annotations

import pytest

from schemas.topics import LEDGER_MAX_BYTES
from streams.core import snapshot
from streams.core.bounds import MAX_DECISION_BYTES
from streams.core.chain import NOWHERE
from streams.core.writer import SNAPSHOT_WORTH, Writer
from tests.builders import NOON_MS
from tests.unit.core.stream import MemoryStream, block_of, draft, state_of

LEAST_BYTES = 10_000


def test_blocks_are_expected_one_after_another_from_the_end_that_was_folded() -> None:
    stream = MemoryStream()
    stream.put(stream.writer())
    writer = stream.writer()
    assert [writer.seal([], NOON_MS).expected_offset for _ in range(3)] == [1, 2, 3]


def test_a_block_has_won_where_it_was_expected_and_lost_elsewhere() -> None:
    writer = MemoryStream().writer()
    first, second = writer.seal([], NOON_MS), writer.seal([], NOON_MS)
    assert writer.acknowledge(first, 0)
    assert not writer.acknowledge(second, 2)


def test_accepted_speculation_equals_what_a_reader_folds() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    for offset in range(3):
        stream.put(writer, draft(writer.fold, offset, key=bytes([offset])))
    reader = stream.fold().fold
    assert state_of(reader) == state_of(writer.fold)
    assert reader.bytes_since_snapshot == writer.fold.bytes_since_snapshot


def snapshot_by(stream: MemoryStream, writer: Writer) -> int:
    """Seal a snapshot, append it and have it acknowledged; returns where it begins."""
    parts = writer.seal_snapshot(NOON_MS)
    assert all(writer.acknowledge(part, stream.append(part.value)) for part in parts)
    return parts[0].expected_offset


def test_a_snapshot_is_named_once_all_that_was_emitted_before_it_is_acknowledged() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, a=b"1"))
    stream.put(writer, draft(writer.fold, 1, b=b"2"))
    first = snapshot_by(stream, writer)
    assert first == 2

    writer.forwarded_through = 0
    stream.put(writer)
    assert stream.named_snapshot() == NOWHERE

    writer.forwarded_through = 1
    stream.put(writer)
    assert stream.named_snapshot() == first


def test_a_snapshot_is_not_named_before_its_last_part_is_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot, "PART_BYTES", 16)
    writer = MemoryStream().writer()
    draft(writer.fold, 0, a=b"1" * 40)
    writer.forwarded_through = 100
    parts = writer.seal_snapshot(NOON_MS)
    assert len(parts) > 2
    for number, part in enumerate(parts[:-1]):
        assert writer.acknowledge(part, number)
        assert block_of(writer.seal([], NOON_MS).value)["snapshot_offset"] == NOWHERE
    assert writer.acknowledge(parts[-1], len(parts) - 1)
    assert block_of(writer.seal([], NOON_MS).value)["snapshot_offset"] == 0


def test_a_snapshot_is_due_after_enough_bytes_and_not_again_because_of_its_own() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, a=b"1" * 1000))
    assert writer.snapshot_due(900)
    assert not writer.snapshot_due(2000)
    snapshot_by(stream, writer)
    assert not writer.snapshot_due(0)


def test_a_snapshot_is_due_only_after_several_times_the_bytes_that_the_last_one_took() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, a=b"1" * 1000))
    snapshot_by(stream, writer)
    stream.put(writer, draft(writer.fold, 1, b=b"1" * 3000))
    assert not writer.snapshot_due(0)
    stream.put(writer, draft(writer.fold, 2, b=b"1" * 1500))
    assert writer.snapshot_due(0)


def test_what_was_written_since_the_last_snapshot_survives_a_fold() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, a=b"1" * 1000))
    assert stream.writer().snapshot_due(900)


def test_a_whole_snapshot_whose_writer_died_is_named_by_the_next_writer() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, a=b"1"))
    first = snapshot_by(stream, writer)
    assert stream.named_snapshot() == NOWHERE

    successor = stream.writer("successor")
    successor.forwarded_through = first
    stream.put(successor)
    assert stream.named_snapshot() == first


def test_a_snapshot_whose_writer_died_half_way_is_due_again_and_never_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot, "PART_BYTES", 16)
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, a=b"1" * 1000))
    for part in writer.seal_snapshot(NOON_MS)[:-1]:
        stream.append(part.value)

    successor = stream.writer("successor")
    assert successor.snapshot_due(900)
    successor.forwarded_through = len(stream.records) - 1
    stream.put(successor)
    assert stream.named_snapshot() == NOWHERE


def test_what_a_fold_reads_is_bounded_however_long_the_history_is() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    sizes_bytes = []
    for number in range(600):
        stream.put(
            writer, draft(writer.fold, number, "state.plan", **{f"key-{number % 40}": bytes(500)})
        )
        writer.forwarded_through = len(stream.records) - 1
        if writer.snapshot_due(LEAST_BYTES):
            snapshot_by(stream, writer)
        sizes_bytes.append(sum(map(len, stream.records[max(0, stream.named_snapshot()) :])))
    longest_bytes = LEAST_BYTES + (2 + SNAPSHOT_WORTH) * writer.fold.snapshot_bytes
    assert max(sizes_bytes) < longest_bytes < sum(map(len, stream.records)) / 2


def test_every_part_of_a_large_snapshot_fits_a_record() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    for number in range(6):
        draft(
            writer.fold, number, "state.plan", **{f"key-{number}": bytes(MAX_DECISION_BYTES - 1000)}
        )
    parts = writer.seal_snapshot(NOON_MS)
    assert sum(len(part.value) for part in parts) > 2 * LEDGER_MAX_BYTES
    assert max(len(part.value) for part in parts) < LEDGER_MAX_BYTES
