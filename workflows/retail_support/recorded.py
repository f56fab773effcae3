"""Records as the recorded files write them: in dollars, and without keys that do not apply."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from schemas.derive import Model, conform
from schemas.strict import StrictModel
from workflows.retail_support.records import Plain

_CENTS: Final = "_cents"


def as_recorded(value: Any) -> Any:
    """A record in the shape of the recorded files: dollars, and no key without a value."""
    match value:
        case Plain():
            return as_recorded(*dict(value).values())
        case StrictModel():
            return dict(_recorded(key, part) for key, part in value if part is not None)
        case dict():
            return {key: as_recorded(part) for key, part in value.items()}
        case tuple():
            return [as_recorded(part) for part in value]
    return value


def from_recorded(model: type[Model], record: Mapping[str, Any]) -> Model:
    """The record of one recorded JSON object, in which every number is an amount in dollars.

    Raises NonConforming.
    """
    return conform(model, _in_cents(record))


def _recorded(key: str, part: Any) -> tuple[str, Any]:
    if key.endswith(_CENTS):
        return key.removesuffix(_CENTS), part / 100
    return key, as_recorded(part)


def _in_cents(value: Any) -> Any:
    match value:
        case dict():
            return dict(_cents(key, part) for key, part in value.items())
        case list():
            return [_in_cents(part) for part in value]
    return value


def _cents(key: str, part: Any) -> tuple[str, Any]:
    if isinstance(part, int | float) and not isinstance(part, bool):
        return key + _CENTS, round(Decimal(str(part)) * 100)
    return key, _in_cents(part)
