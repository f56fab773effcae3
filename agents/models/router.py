"""Which model answers: a recording where there is one, else the configured provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.models.interface import Completion, Model, ModelUnavailable

if TYPE_CHECKING:
    from schemas.records import Call, ModelRequest


@dataclass(frozen=True, slots=True)
class FirstThatCan:
    """Asks each model in turn until one is available."""

    models: tuple[Model, ...]

    async def complete(self, call: Call, request: ModelRequest) -> Completion:
        """The first answer. Raises the first model's ModelUnavailable when none can."""
        refusals: list[ModelUnavailable] = []
        for model in self.models:
            try:
                return await model.complete(call, request)
            except ModelUnavailable as refusal:
                refusals.append(refusal)
        raise refusals[-1]
