"""The registry client against a real registry, and our rules against its compatibility check."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import yaml

from schemas.catalogue import catalogue
from schemas.codec import Codec
from schemas.errors import SettingError, UnknownSchema, WrongSchema
from schemas.examples import example
from schemas.registry import SchemaRegistry, registered_codec
from schemas.topics import topics
from tests.servers.schema_registry import schema_registry

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__)
    .parents[1]
    .joinpath("unit", "schemas", "resolution_cases.yaml")
    .read_text("utf-8")
)
CALL = example("call", "typical")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with schema_registry() as running:
        yield running


@pytest.fixture
def registry(url: str) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(url) as client:
        yield client


@pytest.fixture
def rest(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url) as client:
        yield client


@pytest.fixture
def prefix() -> str:
    return f"t{uuid4().hex[:8]}."


def register(rest: httpx2.Client, subject: str, schema: Any) -> int:
    body = {"schema": json.dumps(schema)}
    return int(rest.post(f"subjects/{subject}/versions", json=body).raise_for_status().json()["id"])


def test_every_topic_gets_its_contract_as_its_subject(
    registry: SchemaRegistry, rest: httpx2.Client, prefix: str
) -> None:
    ids = registry.register(topics().values(), catalogue(), prefix)
    assert ids.keys() == {topic.schema for topic in topics().values()}
    for topic in topics().values():
        latest = rest.get(f"subjects/{prefix}{topic.name}-value/versions/latest").json()
        assert json.loads(latest["schema"]) == catalogue().current[topic.schema].definition
        assert latest["id"] == ids[topic.schema]


def test_registering_again_changes_nothing(
    registry: SchemaRegistry, rest: httpx2.Client, prefix: str
) -> None:
    ids = registry.register(topics().values(), catalogue(), prefix)
    assert registry.register(topics().values(), catalogue(), prefix) == ids
    assert rest.get(f"subjects/{prefix}ledger-value/versions").json() == [1]


def test_records_bear_the_registrys_ids_and_are_read_by_whoever_asks_it(
    registry: SchemaRegistry, rest: httpx2.Client, prefix: str
) -> None:
    ids = registry.register(topics().values(), catalogue(), prefix)
    framed = Codec(ids=ids).encode("call", CALL)
    magic, schema_id = struct.unpack_from(">bI", framed)
    assert (magic, schema_id) == (0, ids["call"])
    found = rest.get(f"schemas/ids/{schema_id}").raise_for_status().json()
    assert json.loads(found["schema"])["name"] == "Call"
    assert Codec(lookup=registry.lookup).decode("call", framed) == CALL


def test_a_codec_can_be_had_ready_made(registry: SchemaRegistry, url: str, prefix: str) -> None:
    codec = registered_codec(url, prefix)
    framed = codec.encode("call", CALL)
    assert codec.decode("call", framed) == CALL
    assert codec.decode("call", Codec().encode("call", CALL)) == CALL
    assert framed != Codec().encode("call", CALL)
    assert Codec(lookup=registry.lookup).decode("call", framed) == CALL


def test_a_newer_version_is_fetched_and_read_as_ours(
    registry: SchemaRegistry, rest: httpx2.Client, prefix: str
) -> None:
    definition = catalogue().current["call"].definition
    fields = [*definition["fields"], {"name": "later", "type": "string", "default": ""}]
    newer = register(rest, f"{prefix}calls.tool-value", {**definition, "fields": fields})
    framed = struct.pack(">bI", 0, newer) + Codec().encode_bare("call", CALL) + b"\x06new"
    assert Codec(lookup=registry.lookup).decode("call", framed) == CALL


def test_an_id_that_the_registry_does_not_have_is_unknown(registry: SchemaRegistry) -> None:
    with pytest.raises(UnknownSchema, match="no schema has id 2147483647"):
        Codec(lookup=registry.lookup).decode("call", struct.pack(">bI", 0, 2**31 - 1))


def test_another_programs_schema_is_wrong_on_our_topic(
    registry: SchemaRegistry, rest: httpx2.Client, prefix: str
) -> None:
    schema = {"type": "record", "name": "Bill", "namespace": "com.acme", "fields": []}
    foreign = register(rest, f"{prefix}bills-value", schema)
    with pytest.raises(WrongSchema, match=r"holds com\.acme\.Bill, and only call belongs here"):
        Codec(lookup=registry.lookup).decode("call", struct.pack(">bI", 0, foreign))


def test_a_subject_that_holds_something_else_refuses_ours(
    registry: SchemaRegistry, rest: httpx2.Client, prefix: str
) -> None:
    subject = f"{prefix}outcomes-value"
    register(rest, subject, {"type": "record", "name": "Outcome", "fields": []})
    rest.put(f"config/{subject}", json={"compatibility": "FULL"}).raise_for_status()
    with pytest.raises(SettingError, match=r"refused POST .* with 409: .*schemas\.compatibility"):
        registry.register([topics()["outcomes"]], catalogue(), prefix)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_registry_finds_compatible_what_we_do(
    rest: httpx2.Client, prefix: str, case: dict[str, Any]
) -> None:
    subject = f"{prefix}case-value"
    register(rest, subject, case["writer"])
    rest.put(f"config/{subject}", json={"compatibility": "BACKWARD"}).raise_for_status()
    asked = rest.post(
        f"compatibility/subjects/{subject}/versions/latest",
        json={"schema": json.dumps(case["reader"])},
    )
    assert asked.raise_for_status().json()["is_compatible"] == (not case["problems"])
