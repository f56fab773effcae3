"""What a model may answer: the structured outputs, validated strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, JsonValue, ValidationError

from schemas.errors import NonConforming
from schemas.strict import StrictModel
from streams.core.routing.path import Risk


class Step(StrictModel):
    """One tool call that the plan asks for."""

    tool: Annotated[str, Field(min_length=1, max_length=64)]
    arguments: Mapping[str, JsonValue]


class Plan(StrictModel):
    """The next steps; `complete` is false when the planner wants to see their results first."""

    steps: Annotated[tuple[Step, ...], Field(max_length=20)]
    complete: bool


class Reply(StrictModel):
    """What the customer is told, and the evidence ids that it rests on."""

    answer: Annotated[str, Field(min_length=1, max_length=8000)]
    citations: Annotated[tuple[str, ...], Field(max_length=50)]


class Verdict(StrictModel):
    """What a verifier model says of a plan or of work that was done."""

    agrees: bool
    problems: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=20)
    ]


class Route(StrictModel):
    """What a request is about, and how risky it is."""

    intent: Annotated[str, Field(min_length=1, max_length=64)]
    risk: Risk


ANSWERS: dict[str, type[StrictModel]] = {
    "plan": Plan,
    "answer": Reply,
    "verdict": Verdict,
    "route": Route,
}
"""Answer schemas by the name that a model request gives."""

Model = TypeVar("Model", bound=StrictModel)


def parse(model: type[Model], answer_json: str) -> Model:
    """The answer as its model. Raises NonConforming, naming the field."""
    try:
        return model.model_validate_json(answer_json)
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        raise NonConforming(".".join(map(str, first["loc"])), first["msg"]) from None
