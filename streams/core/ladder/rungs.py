"""The rungs that a contract may put on its ladder, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel
from streams.core.approvals.policy import Persons

RungName = Literal[
    "narrower_retrieval",
    "summarized_context",
    "smaller_output",
    "cheaper_model",
    "skip_optional",
    "ask",
    "pause",
    "finish",
]
REUSE = "reuse"
"""The rung that needs no contract: a result that the run already has is not paid for again."""

NEEDS: Mapping[RungName, str | None] = {
    "narrower_retrieval": "passages",
    "summarized_context": "max_prompt_bytes",
    "smaller_output": "max_output_tokens",
    "cheaper_model": "model",
    "skip_optional": None,
    "ask": "persons",
    "pause": "hours",
    "finish": None,
}
"""The field that says how far each rung goes."""
AT_THE_CAP = 100


class Rung(StrictModel):
    """One step down, and when it is taken."""

    rung: RungName = Field(
        description="What gets cheaper, or how a run that cannot get cheaper waits or ends.",
        examples=["cheaper_model"],
    )
    at_percent: Annotated[int, Field(ge=1, le=AT_THE_CAP)] = Field(
        default=AT_THE_CAP,
        description="How full the fullest cap of a call would be, in percent, for the rung to be "
        "taken; 100 is when the call does not fit.",
        examples=[90],
    )
    states: tuple[str, ...] = Field(
        default=(), description="In which states; left out, in all.", examples=[["plan"]]
    )
    passages: Annotated[int, Field(ge=0, le=50)] | None = Field(
        default=None,
        description="With `narrower_retrieval`: passages that a retriever may bring.",
        examples=[2],
    )
    max_prompt_bytes: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="With `summarized_context`: evidence that is sent along, in bytes, the "
        "beginning of each piece.",
        examples=[8000],
    )
    max_output_tokens: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None,
        description="With `smaller_output`: the longest answer of the model, in tokens.",
        examples=[400],
    )
    model: str | None = Field(
        default=None,
        description="With `cheaper_model`: the model that is asked instead.",
        examples=["gpt-4.1-nano"],
    )
    hours: Annotated[int, Field(ge=1, le=720)] | None = Field(
        default=None,
        description="With `pause`: how long in all the run may wait for a new window or a higher "
        "cap.",
        examples=[24],
    )
    persons: Persons | None = Field(
        default=None,
        description="With `ask`: who may say that the run goes on spending.",
        examples=[{"role": "finance"}],
    )

    def acts_in(self, state: str) -> bool:
        """Whether it is on the ladder of this state."""
        return not self.states or state in self.states

    def label(self, state: str) -> str:
        """The rung as the run, its outcome and the audit log name it."""
        field = NEEDS[self.rung]
        how_far = getattr(self, field) if field is not None else None
        plain = isinstance(how_far, int | str)
        return f"{state}.{self.rung}" + (f".{how_far}" if plain else "")
