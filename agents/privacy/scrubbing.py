"""Texts without personal data and secrets: with placeholders in their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from agents.privacy.finding import Span, find
from streams.core.placeholders import NUMBERED, filled, numbered, unnumbered


class Scrubbed(NamedTuple):
    """A text with placeholders, and the values that they stand for."""

    text: str
    values: Mapping[str, str]


def scrubbed(text: str) -> Scrubbed:
    """The text with a placeholder for each value; the same text gives the same every time.

    The same value gets the same placeholder. A placeholder that the text brings itself is left
    alone and stands for nothing: numbers begin after those that it names.
    """
    names = _Names(text)
    while spans := find(text):
        text = _replaced(text, spans, names.of)
    return Scrubbed(text, {name: value for value, name in names.known.items()})


def masked(text: str) -> str:
    """The text with a placeholder without a number for each value."""
    while spans := find(text):
        text = _replaced(text, spans, lambda span, _: unnumbered(span.kind))
    return text


def hidden(text: str, values: Mapping[str, str]) -> str:
    """The text with placeholders in place of these values, the longest first."""
    for name, value in sorted(values.items(), key=lambda item: -len(item[1])):
        text = text.replace(value, name)
    return text


class _Names:
    """Gives placeholders to values in order of appearance."""

    def __init__(self, text: str) -> None:
        self.known: dict[str, str] = {}
        self._last: Counter[str] = Counter()
        for found in NUMBERED.finditer(text):
            self._last[found[1]] = max(self._last[found[1]], int(found[2]))

    def of(self, span: Span, value: str) -> str:
        """The placeholder of a value; one that holds placeholders of ours is made whole first."""
        value = filled(value, {name: known for known, name in self.known.items()})
        if value not in self.known:
            self._last[span.kind] += 1
            self.known[value] = numbered(span.kind, self._last[span.kind])
        return self.known[value]


def _replaced(text: str, spans: list[Span], name: Callable[[Span, str], str]) -> str:
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], name(span, text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])
