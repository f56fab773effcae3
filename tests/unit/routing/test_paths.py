"""Paths: the first row that fits, with its model and tools, or a person."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.contract import Contract
from streams.core.ladder.applied import policy_of
from tests.builders import contract
from tests.unit.routing.routes import begin, classified, ended, journey

CAREFUL = {"name": "careful", "risks": ["high"], "escalate": True}
NARROW = {"name": "narrow", "risks": ["medium"], "tools": ["send"]}
GOLD = {"name": "gold", "customer_tiers": ["gold"], "models": {"plan": "other"}}
ROOMY = {"name": "roomy", "min_headroom_usd_micros": 900_000}


def path_of(held: Any) -> str:
    return str(held.entry()["run"]["path"])


@pytest.mark.parametrize(
    ("request_text", "risk"),
    [("hello", "low"), ("hello, it was stolen", "medium"), ("stolen! police! hello", "high")],
)
def test_the_highest_risk_that_a_rule_tells_is_the_runs(request_text: str, risk: str) -> None:
    held = journey(paths=[{"name": name, "risks": [name]} for name in ("low", "medium", "high")])
    begin(held, request_text, workflow="tiny")
    assert path_of(held) == risk


@pytest.mark.parametrize(("told", "risk"), [("low", "medium"), ("high", "high")])
def test_the_model_raises_a_risk_and_never_lowers_it(told: str, risk: str) -> None:
    held = journey(paths=[{"name": name, "risks": [name]} for name in ("low", "medium", "high")])
    begin(held, "It was stolen.")
    classified(held, {"intent": "greet", "risk": told})
    assert path_of(held) == risk


def test_a_path_that_is_a_persons_asks_no_model_and_makes_no_call_but_the_answers() -> None:
    held = journey(paths=[CAREFUL, {"name": "usual"}])
    begin(held, "hello, police", workflow="tiny")
    outcome = ended(held)
    assert outcome["error"] == "routing: path careful of tiny is a person's"
    assert not held.emitted["calls.tool"] + held.emitted["calls.retrieval"]


def test_a_run_that_no_path_is_for_goes_to_a_person_with_what_it_is() -> None:
    held = journey(paths=[GOLD])
    begin(held, "hello")
    outcome = ended(held)
    assert str(outcome["error"]).startswith(
        "routing: no path of tiny is for risk low, customer tier standard, "
    )


def test_a_path_narrows_the_tools_of_a_state_at_the_gate() -> None:
    held = journey(paths=[NARROW, {"name": "usual"}])
    begin(held, "hello, stolen")
    outcome = ended(held)
    assert "allowlist: tool look is not allowed in state execute; the contract allows: send" in str(
        outcome["error"]
    )


def test_the_path_is_chosen_by_what_the_tightest_cap_has_left() -> None:
    held = journey(paths=[ROOMY, {"name": "thrifty"}])
    begin(held, "hello")
    assert path_of(held) == "roomy"
    short = journey(paths=[ROOMY, {"name": "thrifty"}], max_run_usd_micros=899_999)
    begin(short, "hello")
    assert path_of(short) == "thrifty"


def test_a_path_gives_a_state_another_model_and_never_one_where_there_was_none() -> None:
    held = with_paths({**GOLD, "models": {"plan": "other", "execute": "other"}})
    assert policy_of(held, "plan", (), "gold").model == "other"
    assert policy_of(held, "plan", (), "").model == held.policy("plan").model
    assert policy_of(held, "execute", (), "gold").model is None
    assert "other" in held.models


def with_paths(*rows: dict[str, Any]) -> Contract:
    return contract(paths=list(rows))
