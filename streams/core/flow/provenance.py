"""Where the values of one call come from: carried by reference, field by field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.core.flow.declared import Source


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value comes from. `reference` is an evidence id with a pointer, or a span."""

    source: Source
    reference: str = ""
    classes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.source} {self.reference}".rstrip()


MODEL = Origin("model")
"""Of a literal that the model wrote."""


def nothing_owned(_: str) -> Collection[Any]:
    """No records of anybody's own."""
    return ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of the arguments of one call.

    `origins` is by JSON pointer into the arguments; a value without one is the model's.
    `request` is what the authenticated customer wrote, `owned` gives the values that the
    customer's own records hold at a place, `classes` are the data classes that the model has
    seen. `broken` says why a handle leads nowhere.
    """

    origins: Mapping[str, Origin] = field(default_factory=dict)
    request: str = ""
    owned: Callable[[str], Collection[Any]] = nothing_owned
    classes: tuple[str, ...] = ()
    broken: str = ""

    def of(self, pointer: str) -> Origin:
        """The origin of one value."""
        return self.origins.get(pointer, MODEL)


UNKNOWN = Provenance()
"""Of a call whose arguments are all the model's."""
