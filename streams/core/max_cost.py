"""The maximum cost of one run, from its contract and the price book alone.

A state may make so many calls on a visit, each in so many attempts, each at most as dear as the
dearest call that the contract allows there. The dearest path visits states as often as they may
be visited. No run reserves more than this in total; its caps may stop it earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.intake import MAX_REQUEST_CHARACTERS
from streams.core.walks import dearest_walk

if TYPE_CHECKING:
    from schemas.records import CallKind
    from streams.core.contract import Contract
    from streams.core.prices import PriceBook
    from streams.core.state_policy import StatePolicy

UTF8_BYTES = 4
"""Of one character, at most."""
ENVELOPE_BYTES = 128
"""Room in a model request for lengths, the name of the answer schema and the output limit."""

GOES_BACK = frozenset({"look_again", "plan_again"})
"""Transitions that only a remedy takes."""

Prompts = Mapping[str, str]
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallCost:
    """The worst case of one attempt of one call."""

    kind: CallKind
    name: str
    usd_micros: int


@dataclass(frozen=True, slots=True)
class MaxCost:
    """The dearest path, and what each state on it can cost over all its visits."""

    path: tuple[str, ...]
    by_state: Mapping[str, int]

    @property
    def total_usd_micros(self) -> int:
        """The bound for the whole run."""
        return sum(self.by_state.values())


def max_cost(contract: Contract, prices: PriceBook, prompts: Prompts) -> MaxCost:
    """The bound. A call without a price is refused by the gate, so it costs nothing here."""

    def visit(state: str) -> int:
        return visit_usd_micros(contract, state, prices, prompts)

    closed = GOES_BACK - {remedy.transition for remedy in contract.remedies}
    path = dearest_walk(lambda state: contract.policy(state).visits, visit, closed)
    return MaxCost(path, {state: visit(state) * path.count(state) for state in dict.fromkeys(path)})


def visit_usd_micros(contract: Contract, state: str, prices: PriceBook, prompts: Prompts) -> int:
    """The most that one visit of `state` can cost."""
    costs = (cost.usd_micros for cost in call_costs(contract, state, prices, prompts))
    policy = contract.policy(state)
    return policy.calls * policy.attempts * max(costs, default=0)


def call_costs(
    contract: Contract, state: str, prices: PriceBook, prompts: Prompts
) -> Iterator[CallCost]:
    """Every call that the contract allows in `state` and that has a price."""
    policy = contract.policy(state)
    for model in sorted(_models(contract, state) & prices.models.keys()):
        if model not in contract.forbidden:
            size = model_request_bytes(policy, prompts)
            worst = prices.worst_case_usd_micros(model, size, policy.max_output_tokens)
            yield CallCost("model", model, worst)
    yield from _flat_costs(contract, state, "retrieval", policy.retrievers)
    yield from _flat_costs(contract, state, "tool", policy.tools)


def model_request_bytes(policy: StatePolicy, prompts: Prompts) -> int:
    """The largest model request that the gate lets a state send: encoded, in bytes."""
    prompt = prompts.get(policy.prompt or "", "").encode()
    request = MAX_REQUEST_CHARACTERS * UTF8_BYTES
    return len(prompt) + request + policy.max_prompt_bytes + ENVELOPE_BYTES


def _flat_costs(contract: Contract, state: str, kind: CallKind, names: Names) -> Iterator[CallCost]:
    act_limit_ms = contract.policy(state).act_limit_ms
    for name in names:
        price = contract.prices_usd_micros.get(name)
        if price is not None and name not in contract.forbidden:
            yield CallCost(kind, name, price.most(act_limit_ms))


def _models(contract: Contract, state: str) -> set[str]:
    """The models that may be asked in `state`: on any path, and after a failed check."""
    own = contract.policy(state).model
    changes = (remedy.change(state).get("model") for remedy in contract.remedies)
    on_paths = (path.models.get(state) for path in contract.paths if own is not None)
    models = {own, *changes, *on_paths}
    return {model for model in models if isinstance(model, str)}
