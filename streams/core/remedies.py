"""What a contract has tried when verification fails: one remedy after another, each once.

A remedy sends the run back, and for the rest of the run changes what one state may do. When none is
left, or the state that it leads to may not be entered again, the run is escalated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel

RemedyName = Literal["other_source", "narrower_retrieval", "other_model", "plan_again", "escalate"]
LEADS_TO: Mapping[RemedyName, tuple[str, str]] = {
    "other_source": ("look_again", "retrieval"),
    "narrower_retrieval": ("look_again", "retrieval"),
    "other_model": ("plan_again", "plan"),
    "plan_again": ("plan_again", "plan"),
    "escalate": ("unverified", ""),
}
"""The transition of each remedy, and the state that it changes."""
CHANGES: Mapping[RemedyName, tuple[str, str]] = {
    "other_source": ("retriever", "retrievers"),
    "narrower_retrieval": ("passages", "passages"),
    "other_model": ("model", "model"),
}
"""Its field, and the field of the state's policy that takes its place."""


class Remedy(StrictModel):
    """One thing to try when verification has failed."""

    remedy: RemedyName = Field(
        description="What is tried; `escalate` gives the run to a person.", examples=["plan_again"]
    )
    retriever: str | None = Field(
        default=None,
        description="With `other_source`: the retriever of `retrieval` that is asked instead.",
        examples=["archive"],
    )
    passages: Annotated[int, Field(ge=0, le=50)] | None = Field(
        default=None,
        description="With `narrower_retrieval`: passages that a retriever may bring.",
        examples=[1],
    )
    model: str | None = Field(
        default=None,
        description="With `other_model`: the model that plans instead, or its tier.",
        examples=["gpt-4.1"],
    )

    @property
    def label(self) -> str:
        """As the run, its outcome and the audit log name it."""
        field, _ = CHANGES.get(self.remedy, ("", ""))
        return f"verify.{self.remedy}" + (f".{getattr(self, field)}" if field else "")

    @property
    def transition(self) -> str:
        """Where it sends the run, as a transition of `verify`."""
        return LEADS_TO[self.remedy][0]

    def change(self, state: str) -> dict[str, object]:
        """What it changes of the policy of `state`."""
        if self.remedy not in CHANGES or LEADS_TO[self.remedy][1] != state:
            return {}
        field, changed = CHANGES[self.remedy]
        value = getattr(self, field)
        return {changed: (value,) if changed == "retrievers" else value}
