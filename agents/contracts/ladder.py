"""What must hold of a contract's ladder: each rung says how far it goes, and goes down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agents.contracts.findings import Fault
from agents.contracts.walking import EACH, all_at, names_at
from streams.core.ladder.rungs import AT_THE_CAP, NEEDS

if TYPE_CHECKING:
    from agents.contracts.findings import Place
    from agents.contracts.names import Surroundings
    from streams.core.prices import PriceBook

MANY = 1_000_000
"""Tokens of each kind, to compare two models' prices by."""
FIELDS = frozenset(field for field in NEEDS.values() if field is not None)


def rungs_that_say_how_far(value: Any, _: Surroundings) -> Iterator[Fault]:
    """Each rung has the field that it needs and none of another's."""
    for place, rung in _rungs(value):
        needed = NEEDS[rung["rung"]]
        if needed is not None and rung.get(needed) is None:
            yield Fault(place, f"rung {rung['rung']} needs {needed}", f"add `{needed}:`")
        for field in sorted(FIELDS - {needed}):
            if rung.get(field) is not None:
                yield Fault((*place, field), f"means nothing with {rung['rung']}", "leave it out")


def asked_before_the_cap(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A person can let a run go on below its cap; nobody's yes makes room above it."""
    for place, rung in _rungs(value):
        if rung["rung"] == "ask" and rung.get("at_percent", AT_THE_CAP) == AT_THE_CAP:
            reason = "asks when the call does not fit, and then no answer helps"
            yield Fault(place, reason, "write `at_percent: 90`, or use rung `pause`")


def cheaper_models(value: Any, around: Surroundings) -> Iterator[Fault]:
    """The model of a rung costs no more than that of any state it is for."""
    for place, rung in _rungs(value):
        for state, policy in _policies(value):
            other = rung.get("model")
            for own in _models(value, state, policy):
                if state in (rung.get("states") or [state]) and _dearer(other, own, around.prices):
                    reason = f"{other} is dearer than {own}, the model of state {state}"
                    yield Fault((*place, "model"), reason, "name a cheaper one")


def optional_tools(value: Any, _: Surroundings) -> Iterator[Fault]:
    """Only what a state may call can be optional there."""
    for place, policy in all_at(value, ("states", EACH)):
        if isinstance(policy, dict):
            tools = policy.get("tools") or ()
            for number, name in enumerate(policy.get("optional") or ()):
                if name not in tools:
                    reason = f"{name} is not among the tools of this state"
                    yield Fault((*place, "optional", number), reason, "leave it out")


def _rungs(value: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    for place, rung in all_at(value, ("ladder", EACH)):
        if isinstance(rung, dict) and rung.get("rung") in NEEDS:
            yield place, rung


def _policies(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    states = value.get("states") if isinstance(value, dict) else None
    for name, policy in (states or {}).items() if isinstance(states, dict) else ():
        if isinstance(policy, dict):
            yield name, policy


def _models(value: Any, state: str, policy: dict[str, Any]) -> Iterator[Any]:
    """The state's model, and those that it has on paths."""
    yield policy.get("model")
    yield from (found for _, found in names_at(value, ("paths", EACH, "models", state)))


def _dearer(model: Any, than: Any, prices: PriceBook) -> bool:
    known = prices.models.keys()
    if model not in known or than not in known:
        return False
    asked = [(MANY, 0), (0, MANY)]
    return any(
        prices.worst_case_usd_micros(model, *tokens) > prices.worst_case_usd_micros(than, *tokens)
        for tokens in asked
    )
