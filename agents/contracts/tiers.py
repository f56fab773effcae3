"""Model tiers: the names that a contract gives to models by what they are for.

States and rungs name a tier as they name a model; what a tier stands for is put in its place
before anything else looks at the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agents.contracts.findings import Fault
from agents.contracts.walking import EACH, KEYS, all_at, names_at, one

if TYPE_CHECKING:
    from agents.contracts.findings import Place
    from agents.contracts.names import Surroundings
    from agents.contracts.walking import Pattern

PLACES: tuple[Pattern, ...] = (
    ("states", EACH, "model"),
    ("states", EACH, "on_failure", EACH, "model"),
    ("ladder", EACH, "model"),
    ("paths", EACH, "models", EACH),
)
"""Where a contract may name a tier."""
LARGE, VERIFIER = "large", "verifier"


def resolved(value: Any) -> Any:
    """A document's value with every tier replaced by its model; the same value without tiers."""
    tiers = one(value, "tiers")
    if not isinstance(tiers, dict):
        return value
    for pattern in PLACES:
        for place, name in list(names_at(value, pattern)):
            value = _with(value, place, tiers.get(name, name))
    return value


def named_apart(value: Any, around: Surroundings) -> Iterator[Fault]:
    """A tier with the name of a model would hide it."""
    for place, name in all_at(value, ("tiers", KEYS)):
        if name in around.names["model"]:
            yield Fault(place, f"{name} is the name of a model", "name the tier by its purpose")


def verified_by_another(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A model that verifies its own work repeats its own mistakes."""
    large, verifier = one(value, "tiers", LARGE), one(value, "tiers", VERIFIER)
    if verifier is not None and verifier == large:
        reason = f"is {verifier}, which is the tier {LARGE} as well"
        yield Fault(("tiers", VERIFIER), reason, "name another model", "warning")


def _with(value: Any, place: Place, found: Any) -> Any:
    """A copy of `value` with `found` at a place that is there."""
    if not place:
        return found
    inner = _with(value[place[0]], place[1:], found)
    if isinstance(value, list):
        return [inner if at == place[0] else item for at, item in enumerate(value)]
    return {**value, place[0]: inner}


TIER_RULES = (named_apart, verified_by_another)
