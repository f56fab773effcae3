"""A workflow's contract as the engine sees it: what the workflow may do, in data.

The descriptions and examples are what `docs/contracts.md` and `tollway check` say of a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from schemas.strict import StrictModel
from streams.core.approvals.policy import ApprovalRule, Persons
from streams.core.caps import Cap
from streams.core.flow.declared import Flow
from streams.core.ladder.rungs import Rung
from streams.core.placeholders import Kind
from streams.core.prices import UsdMicros
from streams.core.remedies import Remedy
from streams.core.routing.path import Path
from streams.core.state_policy import NOTHING_ALLOWED, StatePolicy
from streams.core.tool_prices import ToolPrice


class Restore(StrictModel):
    """A tool gets values in place of placeholders in one of its arguments."""

    tool: str = Field(description="The tool.", examples=["find_customer"])
    argument: str = Field(description="Its argument, a text.", examples=["email"])
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = Field(
        description="The kinds of values that it gets.", examples=[["EMAIL"]]
    )


REMEMBER_HOURS = 168
"""How long an ended run is remembered, where no contract says it."""


class CheckSpec(StrictModel):
    """A check with its parameters, under a name of its own."""

    check: str = Field(
        description="Which check of the library, or of the folder.", examples=["citations"]
    )
    parameters: Mapping[str, Any] = Field(
        default_factory=dict,
        description="What it compares with, as the check takes it.",
        examples=[{"sources": ["policy"]}],
    )


class Objectives(StrictModel):
    """What the workflow is measured against."""

    latency_p95_ms: Annotated[int, Field(ge=1)] = Field(
        description="Of 100 runs, 95 end within this time, in milliseconds.", examples=[60000]
    )


class Contract(StrictModel):
    """The reviewed file. Version and hash name it in every decision."""

    workflow: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = Field(
        description="The workflow's name: that of its folder.", examples=["retail_support"]
    )
    version: Annotated[int, Field(ge=1)] = Field(
        description="Raised with every change of the contract.", examples=[1]
    )
    intents: tuple[str, ...] = Field(
        default=(),
        description="Intents that lead here when an event names no workflow.",
        examples=[["order_cancel"]],
    )
    max_run_usd_micros: UsdMicros = Field(
        description="The most that one run may spend, in millionths of a US dollar.",
        examples=[150000],
    )
    remember_hours: Annotated[int, Field(ge=1, le=8_760)] = Field(
        default=REMEMBER_HOURS,
        description="How long after its end a run is remembered, in hours. An event that is "
        "repeated later starts a new run.",
        examples=[168],
    )
    objectives: Objectives = Field(
        description="Targets that its runs are held against.", examples=[{"latency_p95_ms": 60000}]
    )
    forbidden: tuple[str, ...] = Field(
        description="Tools, retrievers and models that no state may call, whatever else allows "
        "them; `[]` forbids none.",
        examples=[["close_account"]],
    )
    success: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Checks by code that must all hold for a run to be resolved; each is also "
        "among the checks of state `verify`.",
        examples=[["all_steps_done"]],
    )
    tiers: Mapping[str, str] = Field(
        default_factory=dict,
        description="Names for models by what they are for: `small` to route, classify and "
        "extract, `large` to plan and write, `verifier` to check. Where a state or a rung names "
        "a model, it may name a tier.",
        examples=[{"small": "gpt-4.1-nano", "large": "gpt-4.1-mini"}],
    )
    checks: Mapping[str, CheckSpec] = Field(
        default_factory=dict,
        description="Checks with parameters, by the names under which `success` and states use "
        "them.",
        examples=[{"well_cited": {"check": "citations", "parameters": {"sources": ["policy"]}}}],
    )
    paths: tuple[Path, ...] = Field(
        default=(),
        description="How runs are told apart: each takes the first path that is for it, and goes "
        "to a person when none is; empty, all are treated alike.",
        examples=[[{"name": "careful", "risks": ["high"], "escalate": True}]],
    )
    ladder: tuple[Rung, ...] = Field(
        default=(),
        description="How a run gets cheaper before it stops, in this order; empty, a call that "
        "does not fit is refused at once.",
        examples=[[{"rung": "cheaper_model", "model": "gpt-4.1-nano", "at_percent": 90}]],
    )
    retry_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=20,
        description="Of 100 calls of one model, retriever or tool, so many may be tried again, "
        "counted over all runs of a partition.",
        examples=[20],
    )
    retry_burst: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=20,
        description="So many may be tried again before that share counts.",
        examples=[20],
    )
    max_retries_per_run: Annotated[int, Field(ge=0, le=1_000)] = Field(
        default=50,
        description="How many further attempts one run may make, of all its calls together.",
        examples=[10],
    )
    caps: tuple[Cap, ...] = Field(
        default=(),
        description="Further caps. A call that any of them cannot take is refused.",
        examples=[[{"scope": "user", "window": "day", "usd_micros": 1000000}]],
    )
    prices_usd_micros: Mapping[str, ToolPrice] = Field(
        default_factory=dict,
        description="What one call of each tool and retriever costs, in millionths of a US "
        "dollar: a whole number, or one of the prices below. Models are priced by the price book.",
        examples=[{"cancel_order": 200}],
    )
    approvals: tuple[ApprovalRule, ...] = Field(
        default=(),
        description="Calls that need a person's yes; every rule that asks must be answered.",
        examples=[[{"name": "refunds", "tools": ["refund"], "role": "support_lead"}]],
    )
    restores: tuple[Restore, ...] = Field(
        default=(),
        description="Arguments of tools in which placeholders of the customer's personal data "
        "become values again; in all others they stay placeholders.",
        examples=[[{"tool": "find_customer", "argument": "email", "kinds": ["EMAIL"]}]],
    )
    doubts: Persons | None = Field(
        default=None,
        description="Who is asked whether a tool call has happened of which nobody else knows.",
        examples=[{"role": "support_lead"}],
    )
    flow: Flow = Field(
        default_factory=Flow,
        description="Where the values of its calls may come from, and where data may go. What is "
        "not declared here is not trusted.",
        examples=[{"tools": {"hand_over": {"content": ["summary"], "unprompted": True}}}],
    )
    states: Mapping[str, StatePolicy] = Field(
        description="The policy of each state; one that is left out makes no calls.",
        examples=[{"plan": {"calls": 1, "model": "gpt-4.1-mini", "prompt": "plan"}}],
    )

    def policy(self, state: str) -> StatePolicy:
        """The policy of `state`; one that the contract does not name may do nothing."""
        return self.states.get(state, NOTHING_ALLOWED)

    def ladder_of(self, state: str) -> tuple[Rung, ...]:
        """The rungs that are on the ladder of `state`, in order."""
        return self._ladders.get(state) or self._elsewhere

    @cached_property
    def _ladders(self) -> Mapping[str, tuple[Rung, ...]]:
        named = {state for rung in self.ladder for state in rung.states}
        return {state: tuple(r for r in self.ladder if r.acts_in(state)) for state in named}

    @cached_property
    def _elsewhere(self) -> tuple[Rung, ...]:
        return tuple(rung for rung in self.ladder if not rung.states)

    @cached_property
    def callable_names(self) -> frozenset[str]:
        """Every model, retriever and tool that some state may call."""
        policies = self.states.values()
        flat = (name for policy in policies for name in (*policy.retrievers, *policy.tools))
        return frozenset((*flat, *self.models))

    @cached_property
    def models(self) -> frozenset[str]:
        """Every model that some state may ask, on some rung of the ladder."""
        asked = (policy.model for policy in self.states.values())
        cheaper = (rung.model for rung in self.ladder)
        other = (remedy.model for remedy in self.remedies)
        on_paths = (model for path in self.paths for model in path.models.values())
        named = (*asked, *cheaper, *other, *on_paths)
        return frozenset(model for model in named if model is not None)

    @cached_property
    def remedies(self) -> tuple[Remedy, ...]:
        """What is tried when verification fails, in order."""
        return self.policy("verify").on_failure

    @cached_property
    def longest_prompt_bytes(self) -> int:
        """The most evidence that any of its models may be sent, in bytes."""
        asking = (policy for policy in self.states.values() if policy.model is not None)
        return max((policy.max_prompt_bytes for policy in asking), default=0)

    @cached_property
    def all_caps(self) -> tuple[Cap, ...]:
        """The caps, the maximum cost per run first."""
        run = Cap(scope="run", window="run", usd_micros=self.max_run_usd_micros)
        return (run, *self.caps)
