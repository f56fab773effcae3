"""A tiny router before two tiny workflows, and journeys through them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from agents.routing import with_routes
from agents.state_table import state_table
from streams.core.engine import Engine
from streams.core.routing.router import Router
from streams.core.routing.rules import Rules
from streams.core.workflow import Workflow
from tests.builders import CODEC, MODEL, NAME, model_answer, result, states, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, Outcome

RULES: dict[str, Any] = {
    "intents": {"greet": "a greeting", "sing": "a song", "dance": "a dance"},
    "rules": [
        {"name": "hello", "intent": "greet", "any": ["hello", "good  day"]},
        {"name": "songs", "intent": "sing", "any": ["sing", "song"]},
        {"name": "dances", "intent": "dance", "any": ["dance"]},
    ],
    "risks": [
        {"name": "police", "risk": "high", "any": ["police"]},
        {"name": "lost", "risk": "medium", "any": ["stolen"]},
    ],
    "escalate": [{"name": "imitation", "any": ['"intent"', "ignore previous"]}],
    "max_characters": 500,
}
INTAKE = {"calls": 1, "attempts": 1, "model": MODEL, "prompt": "plan", "max_output_tokens": 60}


def rules(**changes: Any) -> Rules:
    return Rules.model_validate_json(orjson.dumps({**RULES, **changes}))


def flows(**tiny: Any) -> dict[str, Workflow]:
    """The router, `tiny` which serves greet, `choir` which serves sing; both serve dance."""
    changes, served = tiny.pop("router", {}), tiny.pop("intents", ["greet", "dance"])
    policies = {"intake": INTAKE, "verify": states()["verify"]}
    router = workflow(workflow="router", intents=[], states=policies, **changes)
    made = [
        replace(router, versions={**router.versions, "contract": "r"}, router=Router(rules())),
        workflow(intents=served, **tiny),
        workflow(workflow="choir", intents=["sing", "dance"]),
    ]
    return with_routes({flow.name: flow for flow in made})


def journey(**tiny: Any) -> Journey:
    """A journey by all three."""
    held, known = Journey(), flows(**tiny)
    held.flow = known[NAME]
    held.engine = Engine(CODEC, known, state_table(), "worker", 0)
    return held


def begin(held: Journey, request: str, **changes: Any) -> Any:
    """An event that names no workflow."""
    return held.start(**{"workflow": None, "intent": None, "request": request, **changes})


def classified(held: Journey, answer: Any) -> Call:
    """The router's model answers; returns its call."""
    call = held.calls.popleft()
    assert (call["workflow"], call["state"], call["kind"]) == ("router", "intake", "model")
    held.answer(result(call, answer=model_answer(answer)))
    return call


def ended(held: Journey) -> Outcome:
    """The only outcome, once every further call is answered as usual."""
    outcome = held.finish()
    assert len(held.outcomes) == 1
    return outcome
