"""Finding personal data and secrets in a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from agents.privacy.shapes import SHAPES
from streams.core.placeholders import Kind


class Span(NamedTuple):
    """Where a value stands in a text, and what it is."""

    start: int
    end: int
    kind: Kind


def find(text: str) -> list[Span]:
    """The values in `text`, in order and apart from each other.

    Of values that overlap one is made, of the kind of the longest.
    """
    spans: list[Span] = []
    for found in sorted(_all(text)):
        if spans and found.start < spans[-1].end:
            spans[-1] = _joined(spans[-1], found)
        else:
            spans.append(found)
    return spans


def kinds_in(text: str) -> list[Kind]:
    """The kinds of the values in `text`, each once."""
    return list(dict.fromkeys(span.kind for span in find(text)))


def _all(text: str) -> Iterator[Span]:
    for shape in SHAPES:
        for found in shape.pattern.finditer(text):
            start, end = shape.span(found)
            if shape.real(text[start:end]):
                yield Span(start, end, shape.kind)


def _joined(one: Span, other: Span) -> Span:
    longest = max(one, other, key=lambda span: span.end - span.start)
    return Span(one.start, max(one.end, other.end), longest.kind)
