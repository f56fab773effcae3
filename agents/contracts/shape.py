"""Fields that are missing, unknown, of the wrong type or out of bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from agents.contracts.fields import row_of, siblings
from agents.contracts.findings import Fault, choice
from streams.core.contract import Contract

UNKNOWN, MISSING, NO_FIELDS = "extra_forbidden", "missing", "model_type"
LONGEST_SHOWN = 60


def validated(value: Any) -> tuple[Contract | None, tuple[Fault, ...]]:
    """The contract in a document's value, or all that keeps it from being one."""
    if not isinstance(value, Mapping):
        return None, (Fault((), "holds no fields", "see docs/contracts.md for those it needs"),)
    try:
        return Contract.model_validate_json(json.dumps(value, default=str)), ()
    except ValidationError as error:
        return None, tuple(_faults(error))


def _faults(error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_url=False):
        place = found["loc"]
        row = row_of(place)
        if found["type"] == UNKNOWN:
            yield Fault(place, "no such field", choice(str(place[-1]), siblings(place)))
        elif found["type"] == NO_FIELDS or row is None:
            yield Fault(place, told(found), "write its fields below it, or `{}` for none")
        elif found["type"] == MISSING:
            yield Fault(place, "is missing", f"add `{row.written}`: {_lowered(row.meaning)}")
        else:
            yield Fault(place, told(found), f"write {row.takes}, for instance `{row.written}`")


def told(found: Mapping[str, Any]) -> str:
    """What was expected and what came."""
    expected = found["msg"].replace("Input should", "should").replace("Tuple should", "should")
    came = json.dumps(found["input"], default=str)
    shown = came if len(came) <= LONGEST_SHOWN else f"{came[:LONGEST_SHOWN]}..."
    return f"{expected}; {shown} came"


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(".")
