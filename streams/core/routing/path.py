"""A row of a contract's table of paths: for which runs it is, and what it leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel
from streams.core.prices import UsdMicros

Risk = Literal["low", "medium", "high"]
RISKS: tuple[Risk, ...] = ("low", "medium", "high")
"""From the least on."""


class Path(StrictModel):
    """What it does not say, it does not ask: a row without conditions is for every run."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = Field(
        description="Names the path on runs and on the ledger.", examples=["careful"]
    )
    intents: tuple[str, ...] = Field(
        default=(), description="For runs with one of these intents.", examples=[["refund"]]
    )
    risks: tuple[Risk, ...] = Field(
        default=(), description="For runs of one of these risks.", examples=[["high"]]
    )
    customer_tiers: tuple[str, ...] = Field(
        default=(), description="For customers of one of these tiers.", examples=[["gold"]]
    )
    min_headroom_usd_micros: UsdMicros = Field(
        default=0,
        description="For runs whose tightest cap has so much left, in millionths of a US dollar.",
        examples=[20000],
    )
    models: Mapping[str, str] = Field(
        default_factory=dict,
        description="Another model, or tier, of a state, by state.",
        examples=[{"plan": "small"}],
    )
    tools: tuple[str, ...] | None = Field(
        default=None,
        description="Of the tools that a state may call, only these; left out, all of them.",
        examples=[["get_order_details"]],
    )
    escalate: bool = Field(
        default=False, description="The run goes to a person at once.", examples=[True]
    )
