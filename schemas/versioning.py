"""The versions of each contract: retired ones in `avro/history/`, all locked in a checked-in file.

`avro/history/<name>/<number>.avsc` keeps every version that may have written a record, whole;
`avro/versions.json` keeps the fingerprints of all versions, from 1 on, the current one last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from fastavro import parse_schema
from fastavro.types import NamedSchemas

from schemas.catalogue import load

AVRO = Path(__file__).parent / "avro"
LOCK = "versions.json"


@dataclass(frozen=True, slots=True)
class Versions:
    """One contract through time; `locked` holds a fingerprint for each version."""

    name: str
    retired: list[dict[str, Any]]
    current: dict[str, Any]
    locked: list[str]

    @property
    def number(self) -> int:
        """The last locked version; 0 for a contract that was never locked."""
        return len(self.locked)

    @property
    def is_locked(self) -> bool:
        """Nothing changed since the last lock."""
        return [*map(fingerprint, [*self.retired, self.current])] == self.locked

    @property
    def is_retired(self) -> bool:
        """Every locked version is in history, so that the current text is free to change."""
        return [*map(fingerprint, self.retired)] == self.locked

    @property
    def is_edited(self) -> bool:
        """The current text is not the last locked version."""
        return [fingerprint(self.current)] != self.locked[-1:]

    def contains(self, other: Versions) -> bool:
        """Whether the record of `other` is this one or lies inside it."""
        named: NamedSchemas = {}
        parse_schema(self.current, named)
        return f"{other.current['namespace']}.{other.current['name']}" in named


def versions(folder: Path = AVRO) -> dict[str, Versions]:
    """Every contract in `folder`, by name."""
    locked = read_lock(folder)
    return {
        name: Versions(name, _history(folder, name), contract.definition, locked.get(name, []))
        for name, contract in sorted(load(folder).current.items())
    }


def fingerprint(definition: Any) -> str:
    """SHA-256 of all that matters to readers and writers, defaults too: all but documentation."""
    text = orjson.dumps(_undocumented(definition), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def retire(contract: Versions, folder: Path = AVRO) -> Path:
    """Copy the current version to history. Returns the file."""
    path = folder / "history" / contract.name / f"{contract.number}.avsc"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_pretty(contract.current))
    return path


def read_lock(folder: Path = AVRO) -> dict[str, list[str]]:
    """Fingerprints of all versions, by contract."""
    path = folder / LOCK
    return orjson.loads(path.read_bytes()) if path.exists() else {}


def write_lock(locked: Mapping[str, list[str]], folder: Path = AVRO) -> None:
    """Replace the lock."""
    (folder / LOCK).write_bytes(_pretty(dict(sorted(locked.items()))))


def _history(folder: Path, name: str) -> list[dict[str, Any]]:
    paths = (folder / "history" / name).glob("*.avsc")
    return [orjson.loads(path.read_bytes()) for path in sorted(paths, key=lambda p: int(p.stem))]


def _undocumented(node: Any) -> Any:
    if isinstance(node, list):
        return [_undocumented(item) for item in node]
    if isinstance(node, dict):
        return {key: _undocumented(value) for key, value in node.items() if key != "doc"}
    return node


def _pretty(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
