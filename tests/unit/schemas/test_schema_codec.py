"""Framing, and what the codec says of records that are not what they should be."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from fastavro import parse_schema

from schemas.catalogue import Contract, catalogue, schema_id
from schemas.codec import Codec
from schemas.errors import NonConforming, NotFramed, Undecodable, UnknownSchema, WrongSchema
from schemas.examples import cases, example
from schemas.topics import Topic, topics

CODEC = Codec()
CALL = example("call", "typical")
VERSIONS = example("versions", "typical")


def test_a_value_is_a_zero_byte_the_id_and_the_record() -> None:
    framed = CODEC.encode("versions", VERSIONS)
    expected_id = catalogue().current["versions"].schema_id
    assert framed == struct.pack(">bI", 0, expected_id) + CODEC.encode_bare("versions", VERSIONS)


def test_a_bare_record_comes_back() -> None:
    assert CODEC.decode_bare("versions", CODEC.encode_bare("versions", VERSIONS)) == VERSIONS


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "too short for a zero byte and a four-byte schema id"),
        (b"", "too short for a zero byte and a four-byte schema id"),
        (b"\0\0\0\1", "too short for a zero byte and a four-byte schema id"),
        (b'{"a": 1}', "begins with byte 123, and framed Avro begins with 0"),
        (b"\xff" * 9, "begins with byte 255, and framed Avro begins with 0"),
    ],
)
def test_a_value_without_framing_says_so(value: bytes | None, reason: str) -> None:
    with pytest.raises(NotFramed, match=f"^{reason}$"):
        CODEC.decode("call", value)


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(UnknownSchema, match=r"^no schema has id 7$"):
        CODEC.decode("call", b"\0\0\0\0\7")


@pytest.mark.parametrize("topic", topics().values(), ids=lambda topic: topic.name)
def test_a_topic_takes_its_own_schema_and_no_other(topic: Topic) -> None:
    for name, case in cases():
        framed = CODEC.encode(name, example(name, case))
        if name == topic.schema:
            assert CODEC.decode(topic.schema, framed) == example(name, case)
        else:
            with pytest.raises(WrongSchema, match=f"holds {name}, and only {topic.schema} bel"):
                CODEC.decode(topic.schema, framed)


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_cut_record_is_undecodable(cut: int) -> None:
    with pytest.raises(Undecodable, match=r"^not a call: (EOF|Index)Error"):
        CODEC.decode("call", CODEC.encode("call", CALL)[:-cut])


def test_bytes_after_the_record_are_counted() -> None:
    with pytest.raises(Undecodable, match=r"^3 bytes follow the call$"):
        CODEC.decode("call", CODEC.encode("call", CALL) + b"abc")
    with pytest.raises(Undecodable, match=r"^1 bytes follow the call$"):
        CODEC.decode_bare("call", CODEC.encode_bare("call", CALL) + b"a")


def test_text_that_is_not_utf8_is_undecodable() -> None:
    framed = CODEC.encode("versions", {**VERSIONS, "contract": "ab"})
    with pytest.raises(Undecodable, match="UnicodeDecodeError"):
        CODEC.decode("versions", framed.replace(b"ab", b"\xff\xfe"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"run_id": None}, "must be string on field run_id"),
        ({"run_id": b"x"}, "must be string on field run_id"),
        ({"kind": "magic"}, "'magic' is not in list"),
        ({"arguments": "text"}, "a bytes-like object is required"),
        ({"attempt": "1"}, "an integer is required on field attempt"),
        ({"reserved_usd_micros": 2**63}, "too large"),
        ({"surprise": 1}, "record contains more fields than the schema specifies: surprise"),
    ],
)
def test_a_record_that_breaks_its_schema_is_not_encoded(change: Any, reason: str) -> None:
    with pytest.raises(NonConforming, match=reason):
        CODEC.encode("call", {**CALL, **change})


@pytest.mark.parametrize("field", CALL)
def test_a_record_with_a_missing_field_is_not_encoded(field: str) -> None:
    with pytest.raises(NonConforming, match=f"not a call: Field {field} is specified"):
        CODEC.encode("call", {name: value for name, value in CALL.items() if name != field})


def test_the_ids_of_a_registry_stand_in_the_framing_and_our_own_stay_readable() -> None:
    registered = Codec(ids={"call": 41})
    framed = registered.encode("call", CALL)
    assert framed[:5] == b"\0\0\0\0\x29"
    assert registered.decode("call", framed) == CALL
    assert registered.decode("call", CODEC.encode("call", CALL)) == CALL


def newer_call() -> Contract:
    """A call as a later version of this program might write it."""
    definition = catalogue().current["call"].definition
    fields = [*definition["fields"], {"name": "later", "type": "string"}]
    later = {**definition, "fields": fields}
    return Contract("call", schema_id(later), later, parse_schema(later))


def test_an_unknown_id_is_looked_up_once_and_read_as_the_current_version() -> None:
    asked: list[int] = []
    newer = newer_call()

    def lookup(wanted: int) -> Contract | None:
        asked.append(wanted)
        return newer if wanted == newer.schema_id else None

    codec = Codec(lookup=lookup)
    body = CODEC.encode_bare("call", CALL) + b"\x06new"
    framed = struct.pack(">bI", 0, newer.schema_id) + body
    assert codec.decode("call", framed) == CALL
    assert codec.decode("call", framed) == CALL
    assert asked == [newer.schema_id]


def test_an_id_that_no_lookup_knows_is_unknown() -> None:
    with pytest.raises(UnknownSchema, match="no schema has id 9"):
        Codec(lookup=lambda _: None).decode("call", b"\0\0\0\0\x09")


def test_a_foreign_schema_from_a_shared_registry_is_wrong_here() -> None:
    foreign = Contract("com.acme.Invoice", 9, {"type": "string"}, parse_schema({"type": "string"}))
    with pytest.raises(WrongSchema, match=r"holds com\.acme\.Invoice, and only call belongs here"):
        Codec(lookup=lambda _: foreign).decode("call", b"\0\0\0\0\x09")
