"""The base of every model whose values cross a boundary."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """Nothing is coerced, nothing unknown is accepted, nothing changes after validation.

    Sequences are tuples, so that a frozen model is frozen all through.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # a value may be personal data and errors travel to logs
    )

    def replaced(self, **changes: object) -> Self:
        """A validated copy with some fields changed. Raises pydantic's ValidationError."""
        return type(self).model_validate({**dict(self), **changes})
