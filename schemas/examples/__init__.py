"""Golden examples: one folder a contract, one JSON file a case, and its bytes as they were framed.

`<name>/<case>.json` holds the record as plain JSON: bytes are base64, a union holds its value
bare, and a field that is left out has its default. `<name>/<case>.v<number>.hex` holds the framed
bytes that version <number> of the contract made of it, so that a test proves that they stay
readable. To add a case, write its JSON and run `python -m schemas.examples`.
"""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import orjson
from fastavro.schema import expand_schema

from schemas.catalogue import catalogue

EXAMPLES = Path(__file__).parent


def cases() -> list[tuple[str, str]]:
    """Every example: the contract's name and the case's."""
    return sorted((path.parent.name, path.stem) for path in EXAMPLES.glob("*/*.json"))


def example(name: str, case: str) -> dict[str, Any]:
    """The record of one case."""
    value = orjson.loads((EXAMPLES / name / f"{case}.json").read_bytes())
    record: dict[str, Any] = to_record(expand_schema(catalogue().current[name].definition), value)
    return record


def frozen(name: str, case: str) -> dict[int, bytes]:
    """The framed bytes of one case by the version of the contract that made them."""
    paths = (EXAMPLES / name).glob(f"{case}.v*.hex")
    return {int(path.suffixes[-2][2:]): bytes.fromhex(path.read_text("ascii")) for path in paths}


def freeze(name: str, case: str, number: int, framed: bytes) -> Path:
    """Keep what version `number` made of one case. Returns the file."""
    path = EXAMPLES / name / f"{case}.v{number}.hex"
    digits = framed.hex()
    lines = [digits[start : start + 96] for start in range(0, len(digits), 96)]
    path.write_text("\n".join([*lines, ""]), "ascii")
    return path


def to_record(schema: Any, value: Any) -> Any:
    """Plain JSON as Avro data of an expanded schema.

    Raises KeyError for a field that is neither given nor has a default, and for an unknown one.
    """
    if isinstance(schema, list):
        present = next(branch for branch in schema if branch != "null")
        return None if value is None else to_record(present, value)
    match schema["type"] if isinstance(schema, dict) else schema:
        case "record":
            return _fields(schema["fields"], value)
        case "array":
            return [to_record(schema["items"], item) for item in value]
        case "map":
            return {key: to_record(schema["values"], item) for key, item in value.items()}
        case "bytes" | "fixed":
            return b64decode(value, validate=True)
    return value


def _fields(fields: list[dict[str, Any]], value: dict[str, Any]) -> dict[str, Any]:
    if unknown := value.keys() - {field["name"] for field in fields}:
        raise KeyError(f"no such field: {', '.join(sorted(unknown))}")
    defaults = {field["name"]: field["default"] for field in fields if "default" in field}
    held = {**defaults, **value}
    return {field["name"]: to_record(field["type"], held[field["name"]]) for field in fields}
