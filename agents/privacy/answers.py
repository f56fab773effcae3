"""What a pool answers, without personal data and secrets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from agents.privacy.scrubbing import hidden, masked
from agents.privacy.vault import Values
from schemas.derive import conform
from schemas.strict import StrictModel
from streams.core.texts import every_text

MAX_CHARACTERS = 1_000_000
"""So much of one text is cleaned: no prompt, and so no table, takes more of it. The rest lies in
the payload store alone, and cleaning it would take minutes."""


def clean_text(text: str, values: Values) -> str:
    """A text with the placeholders of these values, and every other value replaced for good."""
    text = hidden(text, values)
    return masked(text[:MAX_CHARACTERS]) + text[MAX_CHARACTERS:]


def clean_result(result: Any, values: Values) -> Any:
    """A result in which every text is clean, within texts that are JSON as well.

    Raises NonConforming when a model of results does not take a placeholder in its field.
    """

    def clean(text: str) -> str:
        return _clean_json(text, values) or clean_text(text, values)

    if not isinstance(result, StrictModel):
        return every_text(result, clean)
    given = result.model_dump(mode="json")
    cleaned = every_text(given, clean)
    return result if cleaned == given else conform(type(result), cleaned)


def _clean_json(text: str, values: Values) -> str | None:
    """JSON text cleaned text by text, since its escapes are no part of a value; else None."""
    if not text.startswith(("{", "[")) or len(text) > MAX_CHARACTERS:
        return None
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    cleaned = every_text(given, _cleaning(values))
    return text if cleaned == given else orjson.dumps(cleaned).decode()


def _cleaning(values: Values) -> Callable[[str], str]:
    return lambda text: clean_text(text, values)
