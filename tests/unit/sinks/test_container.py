"""The files of an export: any Avro tool reads them, and no crash spoils them."""

from __future__ import annotations

from pathlib import Path

import pytest
from avro.datafile import DataFileReader
from avro.io import DatumReader
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SourceDamaged
from streams.sources import container
from streams.sources.record import Held, SourceRecord

some_bytes = st.none() | st.binary(max_size=50)
records = st.builds(
    SourceRecord,
    topic=st.text(max_size=20),
    partition=st.integers(0, 2**31 - 1),
    offset=st.integers(0, 2**63 - 1),
    timestamp_ms=st.integers(-1, 2**53),
    key=some_bytes,
    value=some_bytes,
    headers=st.lists(st.tuples(st.text(max_size=10), some_bytes), max_size=3).map(tuple),
)
batches = st.lists(st.lists(records, min_size=1, max_size=5), max_size=4)


def record(offset: int, value: bytes = b"value" * 20) -> SourceRecord:
    return SourceRecord("outcomes", 1, offset, 1_700_000_000_000, b"k", value, (("h", None),))


@given(batches=batches)
def test_what_is_appended_is_read_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[SourceRecord]]
) -> None:
    path = tmp_path_factory.mktemp("export") / "topic" / "0.avro"
    for batch in batches:
        container.append(path, batch)

    assert list(container.read(path)) == [record for batch in batches for record in batch]


def test_another_avro_library_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "0.avro"
    container.append(path, [record(0)])
    container.append(path, [record(1)])

    with path.open("rb") as file:
        rows = list(DataFileReader(file, DatumReader()))

    assert [row["offset"] for row in rows] == [0, 1]
    assert rows[0]["value"] == b"value" * 20
    assert rows[0]["headers"] == [{"name": "h", "value": None}]


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(container.read(tmp_path / "none.avro")) == []
    assert container.held(tmp_path / "none.avro") == Held(0, 0)


def test_wherever_a_write_was_cut_the_whole_records_are_read_and_the_next_write_goes_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "0.avro"
    container.append(path, [record(0)])
    first_end = path.stat().st_size
    container.append(path, [record(1)])
    whole = path.read_bytes()

    for end in range(first_end, len(whole)):
        path.write_bytes(whole[:end])
        assert [r.offset for r in container.read(path)] == [0], end
        container.mend(path)
        assert path.stat().st_size == first_end, end
        container.append(path, [record(1)])
        assert container.held(path) == Held(0, 2), end


def test_a_first_write_that_was_cut_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "0.avro"
    path.with_suffix(".new").write_bytes(b"Obj\1 and no more")

    container.mend(path)
    container.append(path, [record(0)])

    assert [r.offset for r in container.read(path)] == [0]
    assert list(tmp_path.iterdir()) == [path]


def test_damage_is_named_with_the_file_and_how_far_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "0.avro"
    container.append(path, [record(0)])
    start = path.stat().st_size
    container.append(path, [record(1)])
    spoiled = bytearray(path.read_bytes())
    spoiled[start + 3 :] = b"\xff" * len(spoiled[start + 3 :])
    path.write_bytes(bytes(spoiled))

    with pytest.raises(SourceDamaged, match=r"0\.avro does not decode after"):
        list(container.read(path))
    with pytest.raises(SourceDamaged, match=r"0\.avro does not decode"):
        container.mend(path)


def test_a_file_of_something_else_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "0.avro"
    path.write_text("no Avro at all")

    with pytest.raises(SourceDamaged, match="after 0 records"):
        list(container.read(path))
