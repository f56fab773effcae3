"""The policy that a contract gives one state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel
from streams.core.remedies import Remedy


class StatePolicy(StrictModel):
    """What one state may do on one visit and how often it may be visited."""

    visits: Annotated[int, Field(ge=1, le=20)] = Field(
        default=1, description="How often one run may enter the state.", examples=[1]
    )
    calls: Annotated[int, Field(ge=0, le=50)] = Field(
        default=0, description="Calls that the state may make on one visit.", examples=[1]
    )
    attempts: Annotated[int, Field(ge=1, le=5)] = Field(
        default=1,
        description="How often one call may be tried; each attempt is reserved anew.",
        examples=[2],
    )
    timeout_ms: Annotated[int, Field(ge=1, le=3_600_000)] = Field(
        default=30_000,
        description="A pool does not start a call later than this, in milliseconds.",
        examples=[30000],
    )
    act_limit_ms: Annotated[int, Field(ge=1, le=3_600_000)] = Field(
        default=60_000,
        description="A pool gives up an act that takes longer, in milliseconds; whether it acted "
        "is then unknown.",
        examples=[60000],
    )
    retry_delay_ms: Annotated[int, Field(ge=0, le=600_000)] = Field(
        default=1_000,
        description="How long the second attempt of a call waits, in milliseconds; every further "
        "one waits twice as long, and each somewhat less by chance.",
        examples=[1000],
    )
    model: str | None = Field(
        default=None,
        description="The model that the state asks, or its tier.",
        examples=["gpt-4.1-mini"],
    )
    max_output_tokens: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1_000, description="The longest answer of the model, in tokens.", examples=[1000]
    )
    max_prompt_bytes: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=32_000,
        description="The most evidence that is sent along, in bytes; what is more is cut off.",
        examples=[32000],
    )
    prompt: str | None = Field(
        default=None,
        description="The model's instructions: the name of a file in `prompts/`, without `.md`.",
        examples=["plan"],
    )
    retrievers: tuple[str, ...] = Field(
        default=(), description="Retrievers that the state may call.", examples=[["customer"]]
    )
    tools: tuple[str, ...] = Field(
        default=(), description="Tools that the state may call.", examples=[["cancel_order"]]
    )
    passages: Annotated[int, Field(ge=0, le=50)] = Field(
        default=4, description="How many passages of policy a retriever may bring.", examples=[4]
    )
    optional: tuple[str, ...] = Field(
        default=(),
        description="Those of its tools whose steps may be skipped when money is short.",
        examples=[["calculate"]],
    )
    checks: tuple[str, ...] = Field(
        default=(), description="Checks by code that verify a run.", examples=[["all_steps_done"]]
    )
    on_failure: tuple[Remedy, ...] = Field(
        default=(),
        description="In `verify`: what is tried when a check fails, in this order, each once; then "
        "the run is escalated. States that runs go back to need `visits` for it.",
        examples=[[{"remedy": "plan_again"}]],
    )
    checks_before: tuple[str, ...] = Field(
        default=(),
        description="In `execute`: checks by code of every write, before it is made. A write that "
        "fails one is not made. Records that they need are read by the first of `retrievers`.",
        examples=[["not_done_before"]],
    )
    network: Literal["none", "listed"] = Field(
        default="none",
        description="Whether its tools may talk to hosts outside: to none, or to `destinations`.",
        examples=["listed"],
    )
    destinations: tuple[str, ...] = Field(
        default=(),
        description="The hosts that they may talk to, with `network: listed`.",
        examples=[["api.example.com"]],
    )
    data_classes: tuple[str, ...] | None = Field(
        default=None,
        description="Data classes that may enter: of results of its tools, and of what its model "
        "is shown. Left out, all may.",
        examples=[["personal"]],
    )


NOTHING_ALLOWED = StatePolicy()
"""The policy of a state that a contract does not name."""
