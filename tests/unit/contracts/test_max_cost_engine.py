"""The bound holds for the engine: whatever states ask and pools answer, runs reserve no more."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import CallStatus
from streams.core.graph import GRAPH
from streams.core.max_cost import MaxCost, call_costs, max_cost, model_request_bytes
from streams.core.states import Absorbed, Answer, Ask, Move, State, View
from streams.core.workflow import Workflow
from tests.builders import CODEC, MODEL, result, states, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Call, CallResult

ENOUGH = 10**12
STATUSES = get_args(CallStatus)
NAMES = (("model", MODEL), ("retrieval", "shelf"), *(("tool", n) for n in ("look", "send", "burn")))


def flow(**policies: dict[str, Any]) -> Workflow:
    """The tiny workflow with caps that no run can reach."""
    return workflow(max_run_usd_micros=ENOUGH, caps=[], states=states(**policies))


def bound(of: Workflow) -> MaxCost:
    return max_cost(of.contract, of.prices, of.prompts)


def reserved(journey: Journey) -> int:
    """All that was ever reserved, whatever became of it."""
    return sum(
        spend["amount_usd_micros"]
        for draft in journey.drafts
        for spend in draft.spend
        if spend["entry"] == "reserve"
    )


def model_arguments(size: int, tokens: int) -> dict[str, Any]:
    """A model request whose encoding has this size."""
    request: dict[str, Any] = {"system": "", "request": "", "context": "", "answer_schema": "plan"}
    request |= {"max_output_tokens": tokens}
    over = len(CODEC.encode_bare("model_request", {**request, "context": "x" * size})) - size
    return {**request, "context": "x" * (size - over)}


def asking(view: View, kind: Any, name: str, size: int, tokens: int) -> Ask:
    """A call with arguments that conform."""
    by_kind: Mapping[str, Any] = {
        "retrieval": {"user_id": view.run["user_id"], "query": "", "passages": 1},
        "tool": {"text": name},
    }
    arguments = by_kind[kind] if kind != "model" else model_arguments(size, tokens)
    return Ask(kind, name, arguments, "to test")


@dataclass(frozen=True)
class Wild:
    """A state that asks for and moves to anything that its row in the graph has."""

    name: str
    random: random.Random

    def proceed(self, view: View) -> Ask | Move:
        if self.random.random() < 0.4:
            return Move(self.random.choice(list(GRAPH[self.name])), view.run)
        policy = view.workflow.contract.policy(self.name)
        most = model_request_bytes(policy, view.workflow.prompts)
        size = self.random.choice([1_000, most, most + 1, 2 * most])
        tokens = self.random.choice([-1, 1, policy.max_output_tokens, 99_999])
        return asking(view, *self.random.choice(NAMES), size, tokens)

    def absorb(self, view: View, answer: Answer) -> Absorbed:  # noqa: ARG002
        return Absorbed(view.run)


@dataclass(frozen=True)
class Greedy:
    """A state that makes its dearest call until it is refused, then goes the dearest way."""

    name: str
    path: tuple[str, ...]

    def proceed(self, view: View) -> Ask | Move:
        flow = view.workflow
        costs = call_costs(flow.contract, self.name, flow.prices, flow.prompts)
        dearest = max(costs, key=lambda cost: cost.usd_micros, default=None)
        if dearest is None or view.run["answer"] == self.name:
            return Move(self._onward(view), {**view.run, "answer": None})
        policy = flow.contract.policy(self.name)
        size = model_request_bytes(policy, flow.prompts)
        return asking(view, dearest.kind, dearest.name, size, policy.max_output_tokens)

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        refused = answer.status == "rejected"
        return Absorbed({**view.run, "answer": self.name if refused else None})

    def _onward(self, view: View) -> str:
        step = sum(view.run["visits"].values())
        targets = GRAPH[self.name]
        wanted = self.path[step] if step < len(self.path) else "end"
        return next(
            (name for name, target in targets.items() if target == wanted), next(iter(targets))
        )


def carried(of: Workflow, table: Mapping[str, State], answering: Any) -> Journey:
    """One run from its event to its end."""
    journey = Journey(of, table)
    journey.start()
    journey.finish(answering)
    return journey


counts = st.integers(0, 3)
policies = st.fixed_dictionaries(
    {
        state: st.fixed_dictionaries(
            {"visits": st.integers(1, 3), "calls": counts, "attempts": st.integers(1, 3)}
        )
        for state in GRAPH
    }
)


@settings(max_examples=60, deadline=None)
@given(policies, st.integers())
def test_no_run_of_random_states_and_answers_reserves_more_than_the_bound(
    changes: dict[str, dict[str, Any]], seed: int
) -> None:
    chance = random.Random(seed)
    of = flow(**changes)

    def answered(call: Call) -> CallResult:
        return result(call, chance.choice(STATUSES))

    journey = carried(of, {name: Wild(name, chance) for name in GRAPH}, answered)
    assert len(journey.outcomes) == 1
    assert reserved(journey) <= bound(of).total_usd_micros


@pytest.mark.parametrize(
    "changes",
    [
        {"execute": {"visits": 1, "calls": 2, "attempts": 3}},
        {"plan": {"visits": 3, "calls": 2, "attempts": 2}, "execute": {"visits": 2}},
        {"retrieval": {"calls": 4, "attempts": 5}, "finalize": {"calls": 3}},
    ],
)
def test_a_run_that_always_asks_for_the_dearest_reserves_exactly_the_bound(
    changes: dict[str, dict[str, Any]],
) -> None:
    of = flow(**changes)
    most = bound(of)
    table = {name: Greedy(name, most.path) for name in GRAPH}
    journey = carried(of, table, lambda call: result(call, "expired"))
    assert reserved(journey) == most.total_usd_micros > 0
    assert most.path == tuple(visited(journey))


def visited(journey: Journey) -> list[str]:
    """The states that the run entered, in order."""
    return ["intake", *(draft.state for draft in journey.drafts if draft.source.topic in TOPICS)]


TOPICS = {f"state.{name}" for name in GRAPH} - {"state.intake"}


def refusals(**policy: Any) -> list[str]:
    """Why a greedy run of one state was refused."""
    of = flow(**policy)
    table = {name: Greedy(name, bound(of).path) for name in GRAPH}
    return [draft.reason for draft in carried(of, table, result).drafts if draft.reason]


def test_a_state_makes_no_more_calls_on_a_visit_than_its_policy_allows() -> None:
    expected = "calls: state execute has made 2 calls, all that one visit may make"
    assert refusals(execute={"visits": 3, "calls": 2}).count(expected) == 3


def test_calls_that_another_state_did_not_make_are_not_to_be_had() -> None:
    of = flow(execute={"calls": 2, "visits": 1}, plan={"calls": 0, "visits": 1})
    table = {name: Greedy(name, bound(of).path) for name in GRAPH}
    journey = carried(of, table, result)
    made = [
        call["state"] for topic in ("calls.tool", "calls.model") for call in journey.emitted[topic]
    ]
    assert made.count("execute") == 2
    assert "plan" not in made


@pytest.mark.parametrize(("more_bytes", "tokens"), [(1, 1), (0, 1_001), (0, 0), (0, -5)])
def test_a_model_is_neither_sent_nor_asked_for_more_than_the_contract_counts(
    more_bytes: int, tokens: int
) -> None:
    class Big(Greedy):
        def proceed(self, view: View) -> Ask | Move:
            step = super().proceed(view)
            if isinstance(step, Ask) and step.kind == "model" and self.name == "plan":
                most = model_request_bytes(view.workflow.contract.policy("plan"), {"plan": "Plan."})
                return asking(view, "model", MODEL, most + more_bytes, tokens)
            return step

    of = flow()
    table = {name: Big(name, bound(of).path) for name in GRAPH}
    journey = carried(of, table, result)
    assert "plan" not in {call["state"] for call in journey.emitted["calls.model"]}
    assert any(draft.reason.startswith("size: ") for draft in journey.drafts)
