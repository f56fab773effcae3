"""Avro's schema resolution as a pure check: can this reader read whatever that writer writes.

The rules are those of the Avro specification, "Schema Resolution". A default counts only where
a field or an enum symbol is missing at the other side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastavro import parse_schema
from fastavro.types import NamedSchemas

_PROMOTIONS = {
    ("int", "long"),
    ("int", "float"),
    ("int", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
}
_NAMED = frozenset({"record", "enum", "fixed"})


def incompatibilities(reader: Any, writer: Any) -> list[str]:
    """Why `reader` cannot read all that `writer` writes, each with its path; empty when it can.

    Both are self-contained schemas as parsed from JSON.
    """
    reader_names: NamedSchemas = {}
    writer_names: NamedSchemas = {}
    pair = _Pair(parse_schema(reader, reader_names), parse_schema(writer, writer_names))
    return _Resolution(reader_names, writer_names).problems(_label(pair.reader), pair)


class _Pair(NamedTuple):
    """The same place in both schemas."""

    reader: Any
    writer: Any

    def inner(self, key: str) -> _Pair:
        return _Pair(self.reader[key], self.writer[key])


class _Resolution:
    """One walk through a reader and a writer, which may contain themselves."""

    def __init__(self, reader_names: NamedSchemas, writer_names: NamedSchemas) -> None:
        self._reader_names = reader_names
        self._writer_names = writer_names
        self._under_way: set[tuple[str, str]] = set()

    def problems(self, path: str, pair: _Pair) -> list[str]:
        """What keeps the pair apart, here and below."""
        if isinstance(pair.writer, list):
            branches = [_Pair(pair.reader, branch) for branch in pair.writer]
            return [problem for branch in branches for problem in self.problems(path, branch)]
        pair = self._resolved(pair)
        if isinstance(pair.reader, list):
            return self._union(path, pair)
        if not _matches(pair):
            return [_apart(path, pair)]
        return self._inside(path, pair)

    def _resolved(self, pair: _Pair) -> _Pair:
        reader, writer = pair
        return _Pair(
            self._reader_names.get(_kind(reader), reader),
            self._writer_names.get(_kind(writer), writer),
        )

    def _union(self, path: str, pair: _Pair) -> list[str]:
        for branch in pair.reader:
            candidate = self._resolved(_Pair(branch, pair.writer))
            if _matches(candidate):
                return self._inside(path, candidate)
        return [_apart(path, pair)]

    def _inside(self, path: str, pair: _Pair) -> list[str]:
        match _kind(pair.reader):
            case "record":
                return self._record(path, pair)
            case "array":
                return self.problems(f"{path}[]", pair.inner("items"))
            case "map":
                return self.problems(f"{path}{{}}", pair.inner("values"))
            case "enum":
                return _enum(path, pair)
        return []

    def _record(self, path: str, pair: _Pair) -> list[str]:
        names = (pair.reader["name"], pair.writer["name"])
        if names in self._under_way:
            return []
        self._under_way.add(names)
        written = {field["name"]: field for field in pair.writer["fields"]}
        fields = [self._field(path, field, written) for field in pair.reader["fields"]]
        self._under_way.discard(names)
        return [problem for problems in fields for problem in problems]

    def _field(self, path: str, field: dict[str, Any], written: dict[str, Any]) -> list[str]:
        path = f"{path}.{field['name']}"
        for name in (field["name"], *field.get("aliases", ())):
            if name in written:
                return self.problems(path, _Pair(field, written[name]).inner("type"))
        if "default" in field:
            return []
        return [f"{path}: the reader needs it, the writer has none, and there is no default"]


def _matches(pair: _Pair) -> bool:
    """Whether the two agree at this level, whatever lies inside."""
    kind, other = _kind(pair.reader), _kind(pair.writer)
    if kind == other == "fixed" and pair.reader["size"] != pair.writer["size"]:
        return False
    if kind == other and kind in _NAMED:
        return _short(pair.writer["name"]) in {
            _short(name) for name in (pair.reader["name"], *pair.reader.get("aliases", ()))
        }
    return kind == other or (other, kind) in _PROMOTIONS


def _enum(path: str, pair: _Pair) -> list[str]:
    missing = [symbol for symbol in pair.writer["symbols"] if symbol not in pair.reader["symbols"]]
    if not missing or "default" in pair.reader:
        return []
    return [f"{path}: the reader does not know {', '.join(missing)} and has no default symbol"]


def _kind(schema: Any) -> str:
    return str(schema["type"] if isinstance(schema, dict) else schema)


def _label(schema: Any) -> str:
    if isinstance(schema, list):
        return " or ".join(map(_label, schema))
    kind = _kind(schema)
    if kind not in _NAMED or not isinstance(schema, dict):
        return kind
    size = f" of {schema['size']} bytes" if kind == "fixed" else ""
    return _short(schema["name"]) if kind == "record" else f"{kind} {_short(schema['name'])}{size}"


def _apart(path: str, pair: _Pair) -> str:
    return f"{path}: the reader expects {_label(pair.reader)}, the writer has {_label(pair.writer)}"


def _short(name: str) -> str:
    return name.rpartition(".")[2]
