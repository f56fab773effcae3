"""The resolution rules against a table, and the table against two Avro implementations."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import avro.io
import avro.schema
import pytest
import yaml
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from schemas.resolution import incompatibilities

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("resolution_cases.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_problem_is_named_with_its_path(case: dict[str, Any]) -> None:
    assert incompatibilities(case["reader"], case["writer"]) == case["problems"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_fast_reader_reads_exactly_what_is_called_compatible(case: dict[str, Any]) -> None:
    assert_agrees("fastavro", case, lambda: _fast(case))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_slow_reader_reads_exactly_what_is_called_compatible(case: dict[str, Any]) -> None:
    assert_agrees("avro-python3", case, lambda: _slow(case))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_schema_reads_its_own_records(case: dict[str, Any]) -> None:
    assert incompatibilities(case["writer"], case["writer"]) == []
    assert incompatibilities(case["reader"], case["reader"]) == []


def assert_agrees(library: str, case: dict[str, Any], read: Any) -> None:
    if not case["problems"] and library not in case.get("stricter", ()):
        read()
    else:
        with pytest.raises(Exception):  # noqa: B017, PT011 each library has kinds of its own
            read()


def _written(case: dict[str, Any]) -> BytesIO:
    buffer = BytesIO()
    schemaless_writer(buffer, parse_schema(case["writer"]), case["value"])
    buffer.seek(0)
    return buffer


def _fast(case: dict[str, Any]) -> Any:
    reader = parse_schema(case["reader"])
    return schemaless_reader(_written(case), parse_schema(case["writer"]), reader)


def _slow(case: dict[str, Any]) -> Any:
    writer, reader = (avro.schema.parse(json.dumps(case[side])) for side in ("writer", "reader"))
    return avro.io.DatumReader(writer, reader).read(avro.io.BinaryDecoder(_written(case)))
