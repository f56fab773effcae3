"""Golden examples: complete, byte for byte stable, and the same for another implementation."""

from __future__ import annotations

import json
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import avro.io
import avro.schema
import pytest

from schemas.catalogue import catalogue
from schemas.codec import Codec
from schemas.examples import EXAMPLES, cases, example, frozen, to_record
from schemas.versioning import versions

CODEC = Codec()
each_case = pytest.mark.parametrize(("name", "case"), cases())


def test_every_contract_has_a_typical_and_an_edge_case_and_every_case_a_contract() -> None:
    found = set(cases())
    assert {name for name, _ in found} == catalogue().current.keys()
    assert found >= {(name, case) for name in catalogue().current for case in ("typical", "edge")}


def test_every_file_belongs_to_a_case() -> None:
    known = {EXAMPLES / name / case for name, case in cases()}
    for path in (path for folder in EXAMPLES.iterdir() for path in files(folder)):
        assert path.with_name(path.name.partition(".")[0]) in known
        assert path.suffix in (".json", ".hex")


def files(folder: Path) -> list[Path]:
    is_code = folder.name == "__pycache__" or not folder.is_dir()
    return [] if is_code else list(folder.iterdir())


@each_case
def test_the_bytes_of_every_version_are_still_read(name: str, case: str) -> None:
    kept = frozen(name, case)
    assert kept
    for framed in kept.values():
        assert CODEC.decode(name, framed) == example(name, case)


@each_case
def test_the_current_version_makes_the_bytes_that_were_kept(name: str, case: str) -> None:
    kept = frozen(name, case)
    assert versions()[name].number in kept, "run `python -m schemas.examples`"
    assert CODEC.encode(name, example(name, case)) == kept[versions()[name].number]


@each_case
def test_another_implementation_makes_and_reads_the_same_bytes(name: str, case: str) -> None:
    record, ours = example(name, case), CODEC.encode_bare(name, example(name, case))
    assert oracle_encode(name, record) == ours
    assert oracle_decode(name, ours) == record


def oracle_encode(name: str, record: dict[str, Any]) -> bytes:
    buffer = BytesIO()
    avro.io.DatumWriter(oracle_schema(name)).write(record, avro.io.BinaryEncoder(buffer))
    return buffer.getvalue()


def oracle_decode(name: str, value: bytes) -> Any:
    return avro.io.DatumReader(oracle_schema(name)).read(avro.io.BinaryDecoder(BytesIO(value)))


def oracle_schema(name: str) -> avro.schema.Schema:
    return avro.schema.parse(json.dumps(catalogue().current[name].definition))


def test_bytes_are_base64_and_unions_bare() -> None:
    schema = {"type": "map", "values": ["null", "bytes"]}
    assert to_record(schema, {"a": b64encode(b"\0\xff").decode(), "b": None}) == {
        "a": b"\0\xff",
        "b": None,
    }


def test_a_field_left_out_has_its_default_and_an_unknown_one_is_refused() -> None:
    fields = [{"name": "a", "type": "int"}, {"name": "b", "type": "string", "default": "x"}]
    schema = {"type": "record", "name": "R", "fields": fields}
    assert to_record(schema, {"a": 1}) == {"a": 1, "b": "x"}
    with pytest.raises(KeyError, match="no such field: c"):
        to_record(schema, {"a": 1, "c": 2})
    with pytest.raises(KeyError, match="a"):
        to_record(schema, {})
