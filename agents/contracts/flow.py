"""What must hold of what a contract says about information flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agents.contracts.findings import Fault, choice
from agents.contracts.walking import EACH, KEYS, names_at

if TYPE_CHECKING:
    from agents.contracts.names import Surroundings

ARGUMENTS = (("flow", "tools", EACH, "control", KEYS), ("flow", "tools", EACH, "content", EACH))


def arguments_that_exist(value: Any, around: Surroundings) -> Iterator[Fault]:
    """What is said of an argument that no tool has protects nothing."""
    for pattern in ARGUMENTS:
        for place, name in names_at(value, pattern):
            tool = str(place[2])
            known = around.arguments.get(tool, frozenset())
            if known and name not in known:
                yield Fault(place, f"{tool} has no argument {name}", choice(name, known))


FLOW_RULES = (arguments_that_exist,)
