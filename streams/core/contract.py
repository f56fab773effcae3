"""A workflow's contract as the engine sees it: what the workflow may do, in data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel

UsdMicros = Annotated[int, Field(ge=0, le=10**15)]
"""Money: millionths of a US dollar."""
Scope = Literal["run", "user", "workspace", "tool"]
Window = Literal["run", "hour", "day", "month"]


class Cap(StrictModel):
    """At most `usd_micros` for one run, user, workspace or tool in one window (UTC)."""

    scope: Scope
    window: Window
    usd_micros: UsdMicros
    name: str | None = Field(default=None, description="Tool scope: which tool; none for each.")


class StatePolicy(StrictModel):
    """What one state may do on one visit and how often it may be visited."""

    visits: Annotated[int, Field(ge=1, le=20)] = 1
    calls: Annotated[int, Field(ge=0, le=50)] = 0
    attempts: Annotated[int, Field(ge=1, le=5)] = 1
    timeout_ms: Annotated[int, Field(ge=1, le=3_600_000)] = 30_000
    model: str | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    max_prompt_bytes: Annotated[int, Field(ge=1, le=1_000_000)] = 32_000
    prompt: str | None = None
    retrievers: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    passages: Annotated[int, Field(ge=0, le=50)] = 4
    checks: tuple[str, ...] = ()


class Objectives(StrictModel):
    """What the workflow is measured against."""

    latency_p95_ms: Annotated[int, Field(ge=1)]


class Contract(StrictModel):
    """The reviewed file. Version and hash name it in every decision."""

    workflow: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    version: Annotated[int, Field(ge=1)]
    intents: tuple[str, ...] = ()
    max_run_usd_micros: UsdMicros
    objectives: Objectives
    forbidden: tuple[str, ...]
    success: tuple[str, ...]
    caps: tuple[Cap, ...] = ()
    prices_usd_micros: Mapping[str, UsdMicros] = Field(default_factory=dict)
    states: Mapping[str, StatePolicy]

    def policy(self, state: str) -> StatePolicy:
        """The policy of `state`; one that the contract does not name may do nothing."""
        return self.states.get(state) or StatePolicy()

    @property
    def all_caps(self) -> tuple[Cap, ...]:
        """The caps, the maximum cost per run first."""
        run = Cap(scope="run", window="run", usd_micros=self.max_run_usd_micros)
        return (run, *self.caps)
