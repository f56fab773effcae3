"""The texts within a JSON value: changed, or listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def every_text(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with each text in it changed, the names of fields too."""
    match value:
        case str():
            return change(value)
        case dict():
            return {change(key): every_text(part, change) for key, part in value.items()}
        case list():
            return [every_text(part, change) for part in value]
    return value


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value, but for names of fields."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for part in value.values() for text in texts_in(part))
        case list():
            yield from (text for part in value for text in texts_in(part))
