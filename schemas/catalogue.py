"""The Avro contracts: read from `avro/`, references inlined, known by name and by fingerprint.

A schema's id is the start of the SHA-256 fingerprint of its parsing canonical form (four bytes,
the top bit cleared), so that it fits the Confluent framing without a registry. Retired versions
stay in `avro/history/` so that old records stay readable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import orjson
from fastavro import parse_schema
from fastavro.schema import fingerprint, to_parsing_canonical_form

NAMESPACE = "tollway."
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")
_HOLDS_TYPES = frozenset({"type", "fields", "items", "values"})


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one Avro schema, self-contained."""

    name: str
    schema_id: int
    definition: dict[str, Any]
    parsed: Any


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Current contracts by name, and all versions by id."""

    current: dict[str, Contract]
    by_id: dict[int, Contract]


def schema_fingerprint(definition: Any) -> str:
    """SHA-256 of the parsing canonical form, hex."""
    return fingerprint(to_parsing_canonical_form(definition), "SHA-256")


def schema_id(definition: Any) -> int:
    """The id that stands in the framing when no registry gives one."""
    return int(schema_fingerprint(definition)[:8], 16) & 0x7FFF_FFFF


@cache
def catalogue() -> Catalogue:
    """Every contract in the repository."""
    return load(files("schemas").joinpath("avro"))


def load(folder: Traversable) -> Catalogue:
    """Every contract in `folder`. Raises fastavro's errors for a schema that does not parse."""
    sources = {path.name.removesuffix(".avsc"): _read(path) for path in _avsc(folder)}
    current = {name: _contract(name, _inline(source, sources)) for name, source in sources.items()}
    by_id = {contract.schema_id: contract for contract in [*_history(folder), *current.values()]}
    return Catalogue(current, by_id)


def _history(folder: Traversable) -> list[Contract]:
    """Retired versions, kept self-contained as `history/<name>/<version>.avsc`."""
    history = folder.joinpath("history")
    if not history.is_dir():
        return []
    return [
        _contract(versions.name, _read(path))
        for versions in history.iterdir()
        for path in _avsc(versions)
    ]


def _avsc(folder: Traversable) -> list[Traversable]:
    return sorted((p for p in folder.iterdir() if p.name.endswith(".avsc")), key=lambda p: p.name)


def _read(path: Traversable) -> Any:
    return orjson.loads(path.read_bytes())


def _contract(name: str, definition: dict[str, Any]) -> Contract:
    return Contract(name, schema_id(definition), definition, parse_schema(definition))


def _inline(node: Any, sources: dict[str, Any], seen: set[str] | None = None) -> Any:
    """Replace the first reference to another contract by that contract; later ones stay names."""
    seen = set() if seen is None else seen
    if isinstance(node, list):
        return [_inline(item, sources, seen) for item in node]
    if isinstance(node, dict):
        seen.add(f"{node.get('namespace')}.{node.get('name')}")
        return {
            key: _inline(value, sources, seen) if key in _HOLDS_TYPES else value
            for key, value in node.items()
        }
    if isinstance(node, str) and node not in seen and contract_name(node) in sources:
        seen.add(node)
        return _inline(sources[contract_name(node)], sources, seen)
    return node


def contract_name(full_name: str) -> str:
    """The contract that Avro knows as `full_name`; foreign names stay as they are."""
    if not full_name.startswith(NAMESPACE):
        return full_name
    return _CAMEL.sub("_", full_name.removeprefix(NAMESPACE)).lower()
