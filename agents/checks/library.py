"""The library: checks that take parameters, by name, and how a contract's checks are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import ValidationError

from agents.checks import answers, before, records
from schemas.errors import ContractError
from schemas.strict import StrictModel

if TYPE_CHECKING:
    from schemas.records import Check
    from streams.core.contract import CheckSpec
    from streams.core.states import View

Maker = type[StrictModel]
"""A check with parameters: its fields; called, it yields what does not hold."""
AFTER: Mapping[str, Maker] = {
    "citations": answers.Citations,
    "sums": answers.Sums,
    "shape": answers.Shape,
    "sql": records.Sql,
    "reconciled": records.Reconciled,
}
"""Checks of a run's work, called with its View."""
BEFORE: Mapping[str, before.CheckBefore] = {"not_done_before": before.not_done_before}
"""Checks of a write before it is made, called with what is proposed."""


def made(makers: Mapping[str, Maker], specs: Mapping[str, CheckSpec]) -> dict[str, Any]:
    """The checks that a contract makes of these, by its own names. Raises ContractError."""
    return {
        name: instance(makers[spec.check], name, spec)
        for name, spec in specs.items()
        if spec.check in makers
    }


def checks_of(makers: Mapping[str, Maker], specs: Mapping[str, CheckSpec]) -> dict[str, Any]:
    """`made`, as checks of a run's work."""
    return {name: as_check(name, finds) for name, finds in made(makers, specs).items()}


def instance(maker: Maker, name: str, spec: CheckSpec) -> Any:
    """One check with its parameters. Raises ContractError naming the parameter."""
    try:
        return maker.model_validate_json(orjson.dumps(dict(spec.parameters)))
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, ("checks", name, "parameters", *first["loc"])))
        raise ContractError(f"{field}: {first['msg']}; {maker.__name__} takes it") from None


def as_check(name: str, finds: Callable[[View], Iterator[str]]) -> Callable[[View], Check]:
    """What finds problems, as a check: it holds when there are none."""
    return partial(_checked, name, finds)


def _checked(name: str, finds: Callable[[View], Iterator[str]], view: View) -> Check:
    found = next(finds(view), None)
    return {"name": name, "passed": found is None, "detail": found or "holds"}
