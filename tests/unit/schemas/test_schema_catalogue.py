"""The catalogue: names, references, fingerprints and ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import avro.schema
import pytest
from avro.schemanormalization import ToParsingCanonicalForm
from fastavro import parse_schema
from fastavro.schema import expand_schema, to_parsing_canonical_form
from fastavro.types import NamedSchemas

from schemas.catalogue import catalogue, contract_name, load, schema_fingerprint

CURRENT = catalogue().current


def write(folder: Path, name: str, *types: Any, record: str | None = None) -> None:
    fields = [{"name": f"f{index}", "type": kind} for index, kind in enumerate(types)]
    definition = {"type": "record", "name": record or name.capitalize(), "namespace": "tollway"}
    (folder / f"{name}.avsc").write_text(json.dumps({**definition, "fields": fields}))


@pytest.mark.parametrize("name", CURRENT)
def test_a_file_bears_the_name_of_its_record(name: str) -> None:
    definition = CURRENT[name].definition
    assert contract_name(f"{definition['namespace']}.{definition['name']}") == name


@pytest.mark.parametrize("name", CURRENT)
def test_every_contract_is_whole_for_another_implementation(name: str) -> None:
    assert avro.schema.parse(json.dumps(CURRENT[name].definition)).fullname.startswith("tollway.")


@pytest.mark.parametrize("name", CURRENT)
def test_another_implementation_finds_the_same_canonical_form(name: str) -> None:
    other = ToParsingCanonicalForm(avro.schema.parse(json.dumps(CURRENT[name].definition)))
    assert json.loads(other) == json.loads(to_parsing_canonical_form(CURRENT[name].definition))


@pytest.mark.parametrize("name", CURRENT)
def test_every_record_and_field_is_documented(name: str) -> None:
    named: NamedSchemas = {}
    parse_schema(CURRENT[name].definition, named)
    records = [schema for schema in named.values() if schema["type"] == "record"]
    nodes = [node for record in records for node in (record, *record["fields"])]
    assert [node["name"] for node in nodes if not node.get("doc", "").endswith(".")] == []


@pytest.mark.parametrize("name", CURRENT)
def test_no_array_or_map_repeats_what_takes_no_bytes(name: str) -> None:
    """A few bytes could declare 2**62 of them, and a reader would believe it."""
    assert smallest_bytes(expand_schema(CURRENT[name].definition)) > 0


def smallest_bytes(schema: Any) -> int:
    """The fewest bytes that a value takes."""
    if isinstance(schema, list):
        return 1 + min(map(smallest_bytes, schema))
    match schema["type"] if isinstance(schema, dict) else schema:
        case "record":
            return sum(smallest_bytes(field["type"]) for field in schema["fields"])
        case "array" | "map" as kind:
            assert smallest_bytes(schema["items" if kind == "array" else "values"]) > 0
        case "fixed":
            return int(schema["size"])
        case "null":
            return 0
    return 1


def test_different_schemas_have_different_ids() -> None:
    known = catalogue()
    forms = {schema_fingerprint(contract.definition) for contract in known.current.values()}
    forms |= {schema_fingerprint(contract.definition) for contract in known.by_id.values()}
    assert len(known.by_id) == len(forms)


def test_ids_fit_a_positive_signed_integer() -> None:
    assert all(0 < schema_id < 2**31 for schema_id in catalogue().by_id)


def test_a_reference_is_replaced_where_it_first_stands(tmp_path: Path) -> None:
    write(tmp_path, "part", "string")
    write(tmp_path, "whole", "tollway.Part", {"type": "array", "items": "tollway.Part"})
    fields = load(tmp_path).current["whole"].definition["fields"]
    assert fields[0]["type"]["name"] == "Part"
    assert fields[1]["type"] == {"type": "array", "items": "tollway.Part"}


def test_a_reference_inside_a_reference_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, "part", "string")
    write(tmp_path, "middle", ["null", "tollway.Part"])
    write(tmp_path, "whole", {"type": "map", "values": "tollway.Middle"}, "tollway.Part")
    fields = load(tmp_path).current["whole"].definition["fields"]
    assert fields[0]["type"]["values"]["fields"][0]["type"][1]["name"] == "Part"
    assert fields[1]["type"] == "tollway.Part"


def test_a_record_may_refer_to_itself(tmp_path: Path) -> None:
    write(tmp_path, "node", ["null", "tollway.Node"])
    assert load(tmp_path).current["node"].definition["fields"][0]["type"][1] == "tollway.Node"


def test_a_type_defined_in_the_same_file_stays_a_name(tmp_path: Path) -> None:
    local = {"type": "fixed", "name": "Hash", "size": 16}
    write(tmp_path, "whole", local, "tollway.Hash")
    assert load(tmp_path).current["whole"].definition["fields"][1]["type"] == "tollway.Hash"


def test_text_that_looks_like_a_reference_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "part", "string")
    definition = json.loads((tmp_path / "part.avsc").read_text())
    definition["doc"] = definition["fields"][0]["default"] = "tollway.Part"
    (tmp_path / "part.avsc").write_text(json.dumps(definition))
    loaded = load(tmp_path).current["part"].definition
    assert (loaded["doc"], loaded["fields"][0]["default"]) == ("tollway.Part", "tollway.Part")


def test_the_id_does_not_depend_on_documentation() -> None:
    definition = CURRENT["versions"].definition
    assert schema_fingerprint({**definition, "doc": "Other."}) == schema_fingerprint(definition)


@pytest.mark.parametrize(
    ("full_name", "name"),
    [("tollway.RunState", "run_state"), ("tollway.Call", "call"), ("com.Call", "com.Call")],
)
def test_contracts_are_named_after_their_records(full_name: str, name: str) -> None:
    assert contract_name(full_name) == name
