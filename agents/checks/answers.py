"""Checks of the answer before it leaves: citations, figures, sums, and its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import orjson
from pydantic import Field

from schemas.strict import StrictModel

if TYPE_CHECKING:
    from streams.core.states import View

_FIGURE: Final = re.compile(r"(?<![\w.#])\d[\d,]*(?:\.\d+)?(?![\w])")
_SUM: Final = re.compile(r"(-?\d+(?:\.\d+)?(?:\s*[-+*/]\s*\d+(?:\.\d+)?)+)\s*=\s*(-?\d+(?:\.\d+)?)")
_TERM: Final = re.compile(r"\s*([-+*/])\s*(\d+(?:\.\d+)?)")
CENTS: Final = Decimal("0.01")


class Citations(StrictModel):
    """The answer cites what was read, from approved sources, and they support its figures."""

    sources: tuple[str, ...]
    """Kinds of evidence that may be cited."""
    at_least: Annotated[int, Field(ge=0, le=50)] = 1
    figures: bool = True
    """Whether every number in the answer must stand in a cited piece."""

    def __call__(self, view: View) -> Iterator[str]:
        """What is not cited, not approved or not supported."""
        pieces = {piece["id"]: piece for piece in view.run["evidence"]}
        cited = view.run["citations"]
        if len(set(cited)) < self.at_least:
            yield f"the answer cites {len(set(cited))} of at least {self.at_least} sources"
        for name in cited:
            if name not in pieces:
                yield f"{name} was not read"
            elif pieces[name]["kind"] not in self.sources:
                yield f"{name} is {pieces[name]['kind']}, which is no approved source"
        if self.figures:
            known = [pieces[name]["content_hash"] for name in cited if name in pieces]
            said = {one for hash_hex in known for one in _supported(view.evidence(hash_hex))}
            for figure in sorted(_figures(view.run["answer"] or "") - said):
                yield f"no cited source has the figure {figure}"


class Sums(StrictModel):
    """Every sum that the answer writes out, such as `2 + 3 = 5`, adds up to the cent."""

    def __call__(self, view: View) -> Iterator[str]:
        """The sums that do not."""
        for written in _SUM.finditer(view.run["answer"] or ""):
            try:
                value = _value(written[1])
            except ZeroDivisionError:
                yield f"{written[0]} divides by zero"
                continue
            if value.quantize(CENTS) != Decimal(written[2]).quantize(CENTS):
                yield f"{written[1]} is {value.normalize():f}, not {written[2]}"


class Shape(StrictModel):
    """The answer is a JSON object with exactly these fields, each of its type."""

    fields: Mapping[str, Literal["text", "whole_number", "number", "yes_or_no"]]

    def __call__(self, view: View) -> Iterator[str]:
        """Fields that are missing, unknown, or of another type."""
        try:
            found = orjson.loads(view.run["answer"] or "")
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            yield "the answer is no JSON object"
            return
        for name in sorted(found.keys() ^ self.fields.keys()):
            yield f"{name} is {'missing' if name in self.fields else 'no field of the answer'}"
        for name, kind in self.fields.items():
            if name in found and type(found[name]) not in TYPES[kind]:
                yield f"{name} is no {kind.replace('_', ' ')}"


TYPES: Final[Mapping[str, tuple[type[Any], ...]]] = {
    "text": (str,),
    "whole_number": (int,),
    "number": (int, float),
    "yes_or_no": (bool,),
}


def _figures(text: str) -> set[Decimal]:
    return {Decimal(found.replace(",", "")) for found in _FIGURE.findall(text)}


def _supported(content: bytes) -> set[Decimal]:
    """The numbers in a piece; amounts in cents count in dollars as well."""
    text = content.decode(errors="ignore")
    cents = {Decimal(found) / 100 for found in re.findall(r'_cents":\s*(-?\d+)', text)}
    return _figures(text) | cents | {-amount for amount in cents}


def _value(written: str) -> Decimal:
    """A sum with products before sums, worked out exactly."""
    first = re.match(r"-?\d+(?:\.\d+)?", written)
    total, product = Decimal(0), Decimal(first[0] if first else 0)
    for operator, term in _TERM.findall(written[first.end() :] if first else ""):
        number = Decimal(term)
        if operator == "*":
            product *= number
        elif operator == "/":
            product /= number
        else:
            total, product = total + product, number if operator == "+" else -number
    return total + product
