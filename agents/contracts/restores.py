"""What must hold of the arguments in which a contract has placeholders restored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agents.contracts.findings import Fault, choice
from agents.contracts.names import Surroundings
from agents.contracts.walking import EACH, all_at


def arguments_that_exist(value: Any, around: Surroundings) -> Iterator[Fault]:
    """An argument that the tool lacks would restore nothing."""
    for place, rule in all_at(value, ("restores", EACH)):
        if not isinstance(rule, dict):
            continue
        tool, argument = rule.get("tool"), rule.get("argument")
        known = around.arguments.get(str(tool), frozenset())
        if known and isinstance(argument, str) and argument not in known:
            reason = f"{tool} has no argument {argument}"
            yield Fault((*place, "argument"), reason, choice(argument, known))
