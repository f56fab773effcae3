"""JSON pointers (RFC 6901), and patterns of them in which `*` stands for any part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

ANY = "*"


def parts_of(pointer: str) -> list[str]:
    """The parts of a pointer, unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def joined(above: str, part: str | int) -> str:
    """The pointer to a part of what `above` points to."""
    return f"{above}/{str(part).replace('~', '~0').replace('/', '~1')}"


def at(value: Any, pointer: str) -> Any:
    """What stands there. Raises KeyError when nothing does."""
    for part in parts_of(pointer):
        value = dict(_inner(value))[part]
    return value


def leaves(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no others, with its pointer."""
    if isinstance(value, Mapping | list | tuple):
        for part, inner in _inner(value):
            yield from leaves(inner, joined(above, part))
    else:
        yield above, value


def matching(value: Any, pattern: str) -> Iterator[Any]:
    """Every value that a pattern leads to."""
    yield from _matching(value, parts_of(pattern))


def matches(pointer: str, pattern: str) -> bool:
    """Whether the pattern leads to this pointer."""
    found, wanted = parts_of(pointer), parts_of(pattern)
    return len(found) == len(wanted) and all(
        part in (ANY, given) for given, part in zip(found, wanted, strict=True)
    )


def _matching(value: Any, parts: list[str]) -> Iterator[Any]:
    if not parts:
        yield value
        return
    for name, inner in _inner(value):
        if parts[0] in (ANY, name):
            yield from _matching(inner, parts[1:])


def _inner(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(str(name), inner) for name, inner in value.items()]
    if isinstance(value, list | tuple):
        return [(str(index), inner) for index, inner in enumerate(value)]
    return []
