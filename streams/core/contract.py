"""A workflow's contract as the engine sees it: what the workflow may do, in data.

The descriptions and examples are what `docs/contracts.md` and `tollway check` say of a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from schemas.strict import StrictModel
from streams.core.approvals.policy import ApprovalRule, Persons
from streams.core.flow.declared import Flow
from streams.core.ladder.rungs import Rung
from streams.core.placeholders import Kind
from streams.core.prices import UsdMicros
from streams.core.remedies import Remedy
from streams.core.routing.path import Path
from streams.core.tool_prices import ToolPrice
from streams.core.windows import kind_of


def existing_zone(name: str) -> str:
    """`name`, if the tz database has it. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone is named {name}; Europe/Berlin is one") from error
    return name


Scope = Literal["run", "user", "workspace", "tool"]
Window = Literal["run", "hour", "day", "month"]


class Cap(StrictModel):
    """At most `usd_micros` for one run, user, workspace or tool in one window."""

    scope: Scope = Field(description="Whose spending is counted.", examples=["user"])
    window: Window = Field(
        description="How long it is counted; `run` goes with the scopes `run` and `tool`.",
        examples=["day"],
    )
    usd_micros: UsdMicros = Field(
        description="The most that may be spent, in millionths of a US dollar.", examples=[1000000]
    )
    name: str | None = Field(
        default=None,
        description="Only calls of this tool, retriever or model are counted; left out, all are, "
        "and with scope `tool` each on its own.",
        examples=["cancel_order"],
    )
    time_zone: Annotated[str, AfterValidator(existing_zone)] = Field(
        default="UTC",
        description="Where days and months begin: a name of the tz database. Hours are UTC's.",
        examples=["Europe/Berlin"],
    )

    @cached_property
    def kind(self) -> str:
        """The window with its time zone, as it stands in keys."""
        return kind_of(self.window, self.time_zone)


class Restore(StrictModel):
    """A tool gets values in place of placeholders in one of its arguments."""

    tool: str = Field(description="The tool.", examples=["find_customer"])
    argument: str = Field(description="Its argument, a text.", examples=["email"])
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = Field(
        description="The kinds of values that it gets.", examples=[["EMAIL"]]
    )


REMEMBER_HOURS = 168
"""How long an ended run is remembered, where no contract says it."""


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
