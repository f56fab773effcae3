"""Any record of any contract survives; no bytes at all do harm."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

import avro.io
import avro.schema
import pytest
from fastavro.schema import expand_schema
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.catalogue import catalogue
from schemas.codec import HEADER, Codec
from schemas.errors import RecordError
from schemas.examples import frozen

CODEC = Codec()
NAMES = sorted(catalogue().current)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "string": st.text(max_size=20),
    "bytes": st.binary(max_size=20),
}
LONGEST = b"\xfe" + b"\xff" * 8 + b"\x01"
"""The largest long, as a length."""


COMPLEX: dict[str, Callable[[Any], st.SearchStrategy[Any]]] = {
    "record": lambda s: st.fixed_dictionaries({f["name"]: data_of(f["type"]) for f in s["fields"]}),
    "array": lambda s: st.lists(data_of(s["items"]), max_size=3),
    "map": lambda s: st.dictionaries(st.text(max_size=5), data_of(s["values"]), max_size=3),
    "enum": lambda s: st.sampled_from(s["symbols"]),
    "fixed": lambda s: st.binary(min_size=s["size"], max_size=s["size"]),
}


def data_of(schema: Any) -> st.SearchStrategy[Any]:
    """Whatever an expanded schema allows."""
    if isinstance(schema, list):
        return st.one_of([data_of(branch) for branch in schema])
    kind = schema["type"] if isinstance(schema, dict) else schema
    return COMPLEX[kind](schema) if kind in COMPLEX else PRIMITIVES[kind]


RECORDS = {
    name: data_of(expand_schema(contract.definition))
    for name, contract in catalogue().current.items()
}
ORACLES = {
    name: avro.schema.parse(json.dumps(contract.definition))
    for name, contract in catalogue().current.items()
}
each_contract = pytest.mark.parametrize("name", NAMES)
few = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@each_contract
@few
@given(data=st.data())
def test_any_record_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    record = data.draw(RECORDS[name])
    assert CODEC.decode(name, CODEC.encode(name, record)) == record


@each_contract
@few
@given(data=st.data())
def test_two_implementations_make_and_read_the_same_bytes(name: str, data: st.DataObject) -> None:
    record = data.draw(RECORDS[name])
    buffer = BytesIO()
    avro.io.DatumWriter(ORACLES[name]).write(record, avro.io.BinaryEncoder(buffer))
    assert CODEC.encode_bare(name, record) == buffer.getvalue()
    buffer.seek(0)
    assert avro.io.DatumReader(ORACLES[name]).read(avro.io.BinaryDecoder(buffer)) == record


def header(name: str) -> bytes:
    return HEADER.pack(0, catalogue().current[name].schema_id)


def decode_or_refuse(name: str, value: bytes) -> None:
    with suppress(RecordError):
        CODEC.decode(name, value)


@given(value=st.binary(max_size=200))
def test_garbage_is_refused_as_a_record(value: bytes) -> None:
    decode_or_refuse("call", value)


@each_contract
@few
@given(body=st.binary(max_size=300))
@example(body=LONGEST)
@example(body=b"\0" * 300)
@example(body=b"\xff" * 300)
@example(body=LONGEST * 40)
@example(body=b"\x02" + LONGEST * 40)
@example(body=b"\x01" * 300)
def test_garbage_behind_a_known_id_is_refused_as_a_record(name: str, body: bytes) -> None:
    decode_or_refuse(name, header(name) + body)


@each_contract
@few
@given(data=st.data())
def test_a_harmed_record_is_read_or_refused(name: str, data: st.DataObject) -> None:
    value = bytearray(data.draw(st.sampled_from(list(frozen(name, "typical").values()))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(HEADER.size, max(HEADER.size, len(value) - 1)))
        chosen = data.draw(st.sampled_from([LONGEST, b"\x01", b"\xff", b"\x00", b"\x80", b""]))
        value[place : place + data.draw(st.integers(0, 2))] = chosen
    decode_or_refuse(name, bytes(value))


@each_contract
def test_a_huge_declared_length_costs_no_memory(name: str) -> None:
    whole = next(iter(frozen(name, "typical").values()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for place in range(HEADER.size, len(whole)):
        decode_or_refuse(name, whole[:place] + LONGEST + whole[place + 1 :])
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 50_000
