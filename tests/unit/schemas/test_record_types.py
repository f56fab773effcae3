"""The TypedDicts of schemas.records are the Avro contracts, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Union, get_type_hints, is_typeddict

import pytest
from fastavro.schema import expand_schema

from schemas import records
from schemas.catalogue import catalogue

PRIMITIVES = {
    "string": str,
    "bytes": bytes,
    "fixed": bytes,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": bool,
    "null": None,
}
EXPORTED: dict[str, Any] = {name: getattr(records, name) for name in records.__all__}


def named(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record and enum in an expanded schema, with its short name."""
    if isinstance(node, list):
        for item in node:
            yield from named(item)
    elif isinstance(node, dict):
        if node.get("type") in ("record", "enum"):
            yield node["name"].rpartition(".")[2], node
        for value in node.values():
            yield from named(value)


FOUND = [
    pair
    for contract in catalogue().current.values()
    for pair in named(expand_schema(contract.definition))
]
NAMED = dict(FOUND)
RECORDS = [name for name, schema in NAMED.items() if schema["type"] == "record"]
ENUMS = [name for name, schema in NAMED.items() if schema["type"] == "enum"]


def python_type(schema: Any) -> Any:
    """The Python type that holds what an Avro schema describes."""
    if isinstance(schema, list):
        return Union[tuple(map(python_type, schema))]  # noqa: UP007 the members are data
    kind = schema["type"] if isinstance(schema, dict) else schema
    match kind:
        case "record" | "enum":
            return EXPORTED[schema["name"].rpartition(".")[2]]
        case "array":
            return list[python_type(schema["items"])]  # type: ignore[misc]
        case "map":
            return dict[str, python_type(schema["values"])]  # type: ignore[misc]
    return PRIMITIVES[kind]


def test_every_record_and_enum_has_a_type_and_every_type_a_schema() -> None:
    assert EXPORTED.keys() == NAMED.keys()


@pytest.mark.parametrize("name", RECORDS)
def test_a_typed_dict_has_the_fields_and_types_of_its_record(name: str) -> None:
    typed = EXPORTED[name]
    expected = {field["name"]: python_type(field["type"]) for field in NAMED[name]["fields"]}
    assert is_typeddict(typed)
    assert typed.__required_keys__ == expected.keys()
    assert get_type_hints(typed) == expected
    assert list(get_type_hints(typed)) == list(expected)


@pytest.mark.parametrize("name", ENUMS)
def test_a_literal_has_the_symbols_of_its_enum_in_order(name: str) -> None:
    assert EXPORTED[name] == Literal[tuple(NAMED[name]["symbols"])]
    assert EXPORTED[name].__args__ == tuple(NAMED[name]["symbols"])


@pytest.mark.parametrize(("name", "schema"), FOUND)
def test_a_name_means_the_same_everywhere(name: str, schema: dict[str, Any]) -> None:
    assert schema == NAMED[name]
