"""What every model is to its pool: a request in, a structured answer with its usage out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from schemas.errors import TollwayError
from streams.core.prices import Usage

if TYPE_CHECKING:
    from schemas.records import Call, ModelRequest


class ModelUnavailable(TollwayError):
    """Nothing was sent: nobody here can answer; the text names the setting that adds somebody."""


class ModelNotBilled(TollwayError):
    """No answer came, and surely no bill: nothing was sent, or the provider did nothing."""


class ModelFailed(TollwayError):
    """A request was sent and no usable answer came; it may have been billed in full."""


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer as JSON text that should match the answer schema, and what it used, if said."""

    answer_json: str
    usage: Usage | None
    provider: str


class Model(Protocol):
    """One provider."""

    async def complete(self, call: Call, request: ModelRequest) -> Completion:
        """Answer once, without retries of its own. Raises the errors above."""
