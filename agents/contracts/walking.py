"""Finding what stands at a pattern of places in a document's value, misshapen or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agents.contracts.findings import Place

EACH = "*"
"""Every item of a list, or every value of a mapping."""
KEYS = "**"
"""Every key of a mapping, itself a name."""
Pattern = tuple[str, ...]


def names_at(value: Any, pattern: Pattern) -> Iterator[tuple[Place, str]]:
    """Every text that the pattern leads to, with its place."""
    return ((place, found) for place, found in all_at(value, pattern) if isinstance(found, str))


def all_at(value: Any, pattern: Pattern, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Everything that the pattern leads to, with its place; what is misshapen leads nowhere."""
    if not pattern:
        yield above, value
        return
    for part, inner in _parts(value, pattern[0]):
        yield from all_at(inner, pattern[1:], (*above, part))


def one(value: Any, *place: str) -> Any:
    """What stands at one place, or None."""
    return next((found for _, found in all_at(value, place)), None)


def _parts(value: Any, wanted: str) -> list[tuple[str | int, Any]]:
    if isinstance(value, list) and wanted == EACH:
        return list(enumerate(value))
    if not isinstance(value, dict):
        return []
    if wanted == KEYS:
        return [(key, key) for key in value]
    return [(key, inner) for key, inner in value.items() if wanted in (EACH, key)]
