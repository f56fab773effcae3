"""Typed requests: a request that is one JSON object, and the steps that it asks for.

What a form asks for needs no model to plan it. Numbers are read as they are written, since a
binary fraction is no amount of money.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from schemas.errors import NonConforming
from schemas.strict import StrictModel

FormStep = tuple[str, Mapping[str, Any]]
"""Tool and arguments."""


@dataclass(frozen=True, slots=True)
class Form:
    """`fields` are what a request holds; `plan` makes steps of one that conforms."""

    fields: type[StrictModel]
    plan: Callable[[Any], tuple[FormStep, ...]]

    def steps(self, request: str) -> tuple[FormStep, ...] | None:
        """The steps; None when the request is plain words and no form.

        Raises NonConforming, naming the field, for a form that is not as it must be.
        """
        if not request.lstrip().startswith("{"):
            return None
        try:
            return self.plan(self.fields.model_validate(_read(request)))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            field, reason = ".".join(map(str, first["loc"])), first["msg"]
            raise NonConforming(field, reason.removeprefix("Value error, ")) from None

    @property
    def names(self) -> str:
        """Its fields, for a person to read."""
        return ", ".join(self.fields.model_fields)

    @property
    def described(self) -> str:
        """Its JSON schema."""
        return json.dumps(self.fields.model_json_schema(), sort_keys=True)


def _read(request: str) -> Any:
    try:
        return json.loads(
            request, parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=_unique
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NonConforming("", f"is not JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values for one name, nobody knows which was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise ValueError(f"{twice} stands twice")
    return found
