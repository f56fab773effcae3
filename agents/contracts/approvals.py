"""What must hold of the people whom a contract has asked, and of when it asks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agents.contracts.findings import Fault, choice
from agents.contracts.walking import EACH, all_at, names_at
from streams.core.approvals.policy import COMPARISONS, comparisons

if TYPE_CHECKING:
    from agents.contracts.findings import Place
    from agents.contracts.names import Surroundings

EXPIRES_S = 3_600
"""As the contract's model has it where a rule does not say."""


def one_comparison(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A condition compares once; two would be two rules."""
    for place, condition in all_at(value, ("approvals", EACH, "when")):
        if isinstance(condition, dict) and len(comparisons(condition)) != 1:
            made = " and ".join(comparisons(condition)) or "nothing"
            reason = f"compares by {made}, and a condition makes one comparison"
            yield Fault(place, reason, f"write one of {', '.join(COMPARISONS)}")


def fields_that_exist(value: Any, around: Surroundings) -> Iterator[Fault]:
    """A condition on a field that no tool has would ask about every call."""
    for place, rule in all_at(value, ("approvals", EACH)):
        for _, path in names_at(rule, ("when", "field")):
            for _, tool in names_at(rule, ("tools", EACH)):
                known = around.arguments.get(tool, frozenset())
                if known and path.split(".")[0] not in known:
                    reason = f"{tool} has no argument {path.split('.')[0]}"
                    yield Fault((*place, "when", "field"), reason, choice(path, known))


def named_once(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A question says by name which rule asks."""
    seen: Counter[str] = Counter()
    for place, name in names_at(value, ("approvals", EACH, "name")):
        seen[name] += 1
        if seen[name] > 1:
            yield Fault(place, f"{name} names another rule as well", "give each rule its own name")


def enough_people(value: Any, around: Surroundings) -> Iterator[Fault]:
    """A question that too few can answer is always denied."""
    for place, rule in all_at(value, ("approvals", EACH)):
        if not isinstance(rule, dict) or not isinstance(rule.get("people", 1), int):
            continue
        wanted, role = rule.get("people", 1), rule.get("role")
        able = len(around.approvers.with_role(role)) if isinstance(role, str) else 0
        if 0 < able < wanted:
            reason = f"{wanted} people must agree, and {able} have the role {role}"
            yield Fault((*place, "people"), reason, "add people to `approvers.yaml`, or ask fewer")


def escalates_in_time(value: Any, _: Surroundings) -> Iterator[Fault]:
    """Others are asked after a while that ends before the question does."""
    for place, asked in _asked(value):
        after_s, role = asked.get("escalate_after_s"), asked.get("escalate_to")
        if (after_s is None) != (role is None):
            reason = "says only half of when others are asked, and who"
            yield Fault(place, reason, "write both escalate_to and escalate_after_s, or neither")
        expires_s = asked.get("expires_s", EXPIRES_S)
        numbers = isinstance(after_s, int) and isinstance(expires_s, int)
        if numbers and after_s >= expires_s:
            reason = f"is {after_s}, and the question expires after {expires_s}"
            yield Fault((*place, "escalate_after_s"), reason, "write less than expires_s")


def _asked(value: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Everything that says whom to ask."""
    for pattern in (("approvals", EACH), ("doubts",)):
        for place, asked in all_at(value, pattern):
            if isinstance(asked, dict):
                yield place, asked


APPROVAL_RULES = (
    one_comparison,
    fields_that_exist,
    named_once,
    enough_people,
    escalates_in_time,
)
