"""Every field of a contract as a row, from its model: for the docs and for advice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from agents.contracts.findings import Place
from agents.contracts.walking import EACH, Pattern
from streams.core.contract import Contract

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One field: what it takes, whether it may be left out, what it means, an example."""

    pattern: Pattern
    takes: str
    required: bool
    default: Any
    meaning: str
    example: Any

    @property
    def written(self) -> str:
        """The field with its example, as it would stand in a contract."""
        return f"{self.pattern[-1]}: {orjson.dumps(self.example).decode()}"


@cache
def rows() -> Mapping[Pattern, Row]:
    """All fields by pattern, in the order of the model."""
    schema = Contract.model_json_schema()
    return {row.pattern: row for row in _rows((), schema, schema["$defs"])}


def row_of(place: Place) -> Row | None:
    """The field at a place in a contract; an item of a list is of the list's field."""
    patterns = (_pattern(place), _pattern(place[:-1]))
    return next((rows()[pattern] for pattern in patterns if pattern in rows()), None)


def siblings(place: Place) -> list[str]:
    """The names of the fields that may stand beside the one at `place`."""
    parent = _pattern(place)[:-1]
    return [pattern[-1] for pattern in rows() if pattern[:-1] == parent]


def _pattern(place: Place) -> Pattern:
    """The pattern that covers a place: names that are data become EACH."""
    pattern: Pattern = ()
    for part in place:
        named = (*pattern, str(part))
        pattern = named if named in rows() else (*pattern, EACH)
    return pattern


def _rows(above: Pattern, schema: Schema, models: Schema) -> Iterator[Row]:
    for name, found in schema["properties"].items():
        pattern = (*above, name)
        yield Row(
            pattern,
            _takes(found),
            name in schema.get("required", ()),
            found.get("default"),
            found["description"],
            found["examples"][0],
        )
        inner, below = _inside(found, models)
        if inner is not None:
            yield from _rows((*pattern, *below), inner, models)


def _inside(found: Schema, models: Schema) -> tuple[Schema | None, Pattern]:
    """The model that a field holds, itself or one an item, and the pattern in between."""
    held = _branches(found)[0]
    for holder, below in ((held, ()), (_items(held), (EACH,))):
        if "$ref" in holder:
            return models[holder["$ref"].rpartition("/")[2]], below
    return None, ()


def _items(found: Schema) -> Schema:
    items: Any = found.get("items") or found.get("additionalProperties")
    return items if isinstance(items, Mapping) else {}


def _takes(found: Schema) -> str:
    return " or ".join(_takes_one(branch) for branch in _branches(found))


def _branches(found: Schema) -> list[Schema]:
    """What a field may hold, without the null of what may be left out."""
    branches: list[Schema] = found.get("anyOf", [found])
    return [branch for branch in branches if branch.get("type") != "null"]


def _takes_one(found: Schema) -> str:
    if "enum" in found:
        return " or ".join(f"`{symbol}`" for symbol in found["enum"])
    return "a mapping of fields" if "$ref" in found else TAKES[found["type"]](found)


def _text(found: Schema) -> str:
    return f"text that matches `{found['pattern']}`" if "pattern" in found else "text"


def _list(found: Schema) -> str:
    return f"a list of {_plural(_items(found))}{', at least one' if found.get('minItems') else ''}"


def _mapping(found: Schema) -> str:
    return f"a mapping from names to {_plural(_items(found))}"


def _plural(items: Schema) -> str:
    kinds = {"string": "names", "integer": "whole numbers"}
    kinds[""] = "mappings of fields" if items else "values"
    return " or ".join(kinds[branch.get("type", "")] for branch in _branches(items))


def _integer(found: Schema) -> str:
    least, most = found.get("minimum"), found.get("maximum")
    if least is None:
        return "a whole number"
    return (
        f"a whole number from {least} on" if most is None else f"a whole number, {least} to {most}"
    )


TAKES: Mapping[str, Callable[[Schema], str]] = {
    "integer": _integer,
    "number": lambda _: "a number",
    "boolean": lambda _: "`true` or `false`",
    "string": _text,
    "array": _list,
    "object": _mapping,
}
"""How each type of JSON schema is said."""
