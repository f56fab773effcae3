"""The maximum cost of a run: exact where it can be worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.answers import ANSWERS
from agents.models.openai_compatible import _content
from streams.core.counting import FRAMING_TOKENS
from streams.core.graph import GRAPH
from streams.core.max_cost import ENVELOPE_BYTES, max_cost
from streams.core.walks import dearest_walk
from tests.builders import MODEL, PRICES, contract

PROMPTS = {"plan": "Plan.", "long": "é" * 1_000}
SIZE = 16_000 * 4 + ENVELOPE_BYTES
ROLE_MARKERS = 256
"""Generous: a few tokens a message."""


def cost_of(**states: Any) -> tuple[tuple[str, ...], dict[str, int]]:
    """Path and non-zero costs by state of a contract with these policies."""
    cost = max_cost(contract(states=states), PRICES, PROMPTS)
    assert cost.total_usd_micros == sum(cost.by_state.values())
    return cost.path, {state: part for state, part in cost.by_state.items() if part}


def test_a_contract_that_allows_no_calls_costs_nothing() -> None:
    assert cost_of() == (("intake", "finalize", "log"), {})


def test_a_visit_costs_calls_times_attempts_times_the_dearest_tool() -> None:
    execute = {"calls": 3, "attempts": 2, "tools": ["look", "send", "stamp"]}
    path, costs = cost_of(execute=execute)
    assert costs == {"execute": 3 * 2 * 300}
    assert path.count("execute") == 1


def test_a_retriever_costs_what_the_contract_says() -> None:
    _, costs = cost_of(retrieval={"calls": 2, "attempts": 3, "retrievers": ["shelf"]})
    assert costs == {"retrieval": 2 * 3 * 50}


def test_a_model_costs_all_that_it_may_be_sent_and_may_answer() -> None:
    plan = {"calls": 1, "model": MODEL, "prompt": "long"}
    plan |= {"max_prompt_bytes": 500, "max_output_tokens": 100}
    _, costs = cost_of(plan=plan)
    assert costs == {"plan": (SIZE + 2_000 + 500 + FRAMING_TOKENS) * 1 + 100 * 2}


def test_states_that_lie_on_a_cycle_are_paid_as_often_as_they_may_be_visited() -> None:
    plan = {"calls": 1, "visits": 3, "retrievers": ["shelf"]}
    execute = {"calls": 1, "visits": 2, "tools": ["send"]}
    path, costs = cost_of(plan=plan, execute=execute)
    assert costs == {"plan": 3 * 50, "execute": 2 * 300}
    assert path[2:7] == ("plan", "execute", "plan", "execute", "plan")


def test_visits_that_no_path_can_use_cost_nothing() -> None:
    once, often = {"calls": 1, "visits": 1}, {"calls": 1, "visits": 20}
    _, costs = cost_of(plan={**once, "retrievers": ["shelf"]}, execute={**often, "tools": ["send"]})
    assert costs == {"plan": 50, "execute": 300}


@pytest.mark.parametrize("name", ["burn", "unknown"])
def test_what_the_gate_would_refuse_costs_nothing(name: str) -> None:
    assert cost_of(execute={"calls": 1, "tools": [name]})[1] == {}


def test_a_model_without_a_price_costs_nothing() -> None:
    assert cost_of(plan={"calls": 1, "model": "other"})[1] == {}


def test_a_forbidden_model_costs_nothing() -> None:
    asking = contract(states={"plan": {"calls": 1, "model": MODEL}}, forbidden=[MODEL])
    assert max_cost(asking, PRICES, PROMPTS).total_usd_micros == 0


visits = st.fixed_dictionaries(dict.fromkeys(GRAPH, st.integers(1, 3)))
costs = st.fixed_dictionaries(dict.fromkeys(GRAPH, st.integers(0, 5)))


@given(visits, costs)
def test_no_walk_by_hand_costs_more_than_the_dearest(
    limits: dict[str, int], prices: dict[str, int]
) -> None:
    walk = dearest_walk(limits.__getitem__, prices.__getitem__)
    assert all(walk.count(state) <= limits[state] for state in GRAPH)
    assert sum(prices[state] for state in walk) == max(
        sum(prices[state] for state in other) for other in walks(limits)
    )


def walks(limits: dict[str, int]) -> list[tuple[str, ...]]:
    """Every walk, by brute force over how often the cycle's parts are taken."""
    found: list[tuple[str, ...]] = []
    unfinished: list[tuple[str, ...]] = [("intake",)]
    while unfinished:
        walk = unfinished.pop()
        for target in GRAPH[walk[-1]].values():
            if target == "end":
                found.append(walk)
            elif walk.count(target) < limits[target]:
                unfinished.append((*walk, target))
            else:
                unfinished.append((*walk, "finalize"))
    return found


def test_the_most_a_contract_may_ask_for_is_worked_out_at_once() -> None:
    policy = {"visits": 20, "calls": 50, "attempts": 5, "tools": ["send"]}
    path, costs = cost_of(**dict.fromkeys(GRAPH, policy))
    assert path.count("plan") == path.count("execute") == 20
    assert sum(costs.values()) == len(path) * 50 * 5 * 300


@pytest.mark.parametrize("schema", ANSWERS)
def test_what_a_provider_is_sent_besides_the_arguments_is_within_the_allowance(
    schema: str,
) -> None:
    request: Any = {"request": "r", "context": "c"}
    besides = len(_content(request)) - len("rc")
    besides += len(str(ANSWERS[schema].model_json_schema())) + len(schema)
    assert besides + ROLE_MARKERS <= FRAMING_TOKENS
