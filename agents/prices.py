"""The pinned price book, read from `price_book.yaml` beside this file and checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from agents.contracts.findings import Fault, Finding, Place, choice, field_name
from agents.contracts.positions import Document, read
from agents.contracts.shape import MISSING, NO_FIELDS, UNKNOWN, told
from schemas.errors import PriceBookError
from streams.core.prices import MOST_USD_MICROS_PER_MILLION, ModelPrice, PriceBook

FILE = "price_book.yaml"
RATE = f"a whole number of micro-USD for a million tokens, 1 to {MOST_USD_MICROS_PER_MILLION}"
DAY = "a day such as 2026-12-31, or leave it out"
TAKES: Mapping[str, str] = {
    "version": "a version of letters, digits and `._+-`; raise it with every change",
    "models": "at least one model, each with its rates below it",
    "valid_from": DAY,
    "valid_until": DAY,
    "counter": "leave it out, or name an exact counter of streams/core/counting.py",
}
"""What to write where, by field; all other fields are rates."""


@cache
def price_book() -> PriceBook:
    """The book that quotes are taken from; its name stands on decisions and calls.

    Raises PriceBookError.
    """
    return checked(files("agents").joinpath(FILE).read_text("utf-8"), Path("agents") / FILE)


def checked(text: str, file: Path) -> PriceBook:
    """The price book in `text`. Raises PriceBookError with every error: line, field, advice."""
    document = read(text)
    faults = list(document.faults)
    try:
        book = PriceBook.model_validate_json(json.dumps(document.value, default=str))
    except ValidationError as error:
        faults += [] if document.unreadable else _faults(error)
    if faults:
        raise PriceBookError("\n".join(_told(file, document, fault) for fault in faults))
    return book


def _faults(error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_url=False):
        place = found["loc"]
        if found["type"] == UNKNOWN:
            yield Fault(place, "no such field", choice(str(place[-1]), _siblings(place)))
        elif found["type"] == NO_FIELDS:
            yield Fault(place, told(found), "write its rates below it, as in docs/prices.md")
        elif found["type"] == MISSING:
            yield Fault(place, "is missing", f"add it: {_takes(place)}")
        else:
            yield Fault(place, told(found), f"write {_takes(place)}")


def _siblings(place: Place) -> Iterator[str]:
    return iter(PriceBook.model_fields if len(place) == 1 else ModelPrice.model_fields)


def _takes(place: Place) -> str:
    return TAKES.get(str(place[-1]) if place else "models", RATE)


def _told(file: Path, document: Document, fault: Fault) -> str:
    line, field = document.line(fault.place), field_name(fault.place)
    return str(Finding(file, line, field, fault.reason, fault.instead))
