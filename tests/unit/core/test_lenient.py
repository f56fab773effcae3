"""A record whose header's name is no UTF-8 is read with its batch, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from streams.adapters import clients
from streams.adapters.lenient import LenientRecords

NONE, LZ4 = 0, 3
BAD = b"\xff\xfe"
KEY = b"key" * 200
"""So long that a batch is smaller compressed; else it is written as it is."""


class Raw(str):
    """A header's name that is written as bytes that are no UTF-8."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return BAD


def batch(*names: str, codec: int = NONE) -> bytes:
    """One batch with a record for each header name."""
    builder = _DefaultRecordBatchBuilderPy(
        magic=2,
        compression_type=codec,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=10_000,
    )
    for offset, name in enumerate(names):
        headers = [(name, b"v"), ("null", None)]
        builder.append(offset, 7, KEY, b"value-%d" % offset, headers)
    return bytes(builder.build())


def read(content: bytes) -> list[Any]:
    """All records of all batches, as the fetcher reads them."""
    records, found = LenientRecords(content), []
    while records.has_next():
        read_batch = records.next_batch()
        assert read_batch.validate_crc()
        assert not read_batch.is_control_batch
        found += list(read_batch)
    return found


@pytest.mark.parametrize("codec", [NONE, LZ4])
def test_a_bad_name_is_shown_and_its_neighbours_are_read(codec: int) -> None:
    records = read(batch("good", Raw(), "after", codec=codec) + batch("next"))
    assert [record.value for record in records] == [b"value-0", b"value-1", b"value-2", b"value-0"]
    names = [name for record in records for name, value in record.headers if value]
    assert names == ["good", "\\xff\\xfe", "after", "next"]
    assert {record.key for record in records} == {KEY}
    assert {value for record in records for name, value in record.headers if name == "null"} == {
        None
    }


@pytest.mark.parametrize("codec", [NONE, LZ4])
def test_these_batches_are_compressed_as_they_say(codec: int) -> None:
    assert MemoryRecords(batch("one", codec=codec)).next_batch().compression_type == codec


def test_aiokafka_itself_still_cannot_read_such_a_record() -> None:
    with pytest.raises(UnicodeDecodeError):
        list(MemoryRecords(batch(Raw())).next_batch())


def test_records_without_bad_names_are_read_by_the_fast_parser_as_before() -> None:
    content = batch("one", "två", codec=LZ4)
    fast = list(MemoryRecords(content).next_batch())
    for ours, theirs in zip(read(content), fast, strict=True):
        assert type(ours) is type(theirs)
        assert (ours.offset, ours.value, ours.headers) == (
            theirs.offset,
            theirs.value,
            theirs.headers,
        )


def test_a_batch_is_read_record_by_record_as_well() -> None:
    read_batch = LenientRecords(batch("one", "two")).next_batch()
    assert next(iter(read_batch)).value == b"value-0"
    marker = LenientRecords(batch("one", codec=LZ4)).next_batch()
    iter(marker._batch)
    assert next(marker).value == b"value-0"


def test_every_consumer_of_a_process_reads_so() -> None:
    assert clients.COMPRESSION  # whoever makes clients has imported this
    assert fetcher.MemoryRecords is LenientRecords
