"""Which calls need a person, as a contract says it, and whether one of them is such a call.

What cannot be judged asks: a condition on a field that is not there, or that cannot be compared.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.strict import StrictModel

About = Literal["money_movement", "account_change", "legal_commitment", "security_action"]
Seconds = Annotated[int, Field(ge=1, le=2_592_000)]
"""Up to 30 days."""


class Condition(StrictModel):
    """What an argument must be for a person to be needed: one comparison."""

    field: Annotated[str, Field(min_length=1)] = Field(
        description="The argument, as a dotted path; of a list, any item counts.",
        examples=["amount_usd_cents"],
    )
    at_least: float | None = Field(
        default=None, description="Asks from exactly this number on.", examples=[4500]
    )
    above: float | None = Field(
        default=None, description="Asks for more than this number.", examples=[4500]
    )
    equals: str | int | bool | None = Field(
        default=None, description="Asks for exactly this value.", examples=["bank_account"]
    )
    one_of: tuple[str | int, ...] | None = Field(
        default=None, description="Asks for any of these values.", examples=[["owner", "admin"]]
    )


class Persons(StrictModel):
    """Who is asked, and how long there is to answer."""

    role: Annotated[str, Field(min_length=1)] = Field(
        description="The role of those who may answer, as in `approvers.yaml`.",
        examples=["support_lead"],
    )
    expires_s: Seconds = Field(
        default=3_600,
        description="After this long without an answer it is denied, in seconds.",
        examples=[3600],
    )
    escalate_to: str | None = Field(
        default=None,
        description="A role that is asked as well when nobody has answered for a while.",
        examples=["finance"],
    )
    escalate_after_s: Seconds | None = Field(
        default=None, description="How long that is, in seconds.", examples=[1800]
    )


class ApprovalRule(Persons):
    """Calls that need a person's yes."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = Field(
        description="Names the rule in questions and on the ledger.",
        examples=["refund_from_45_usd"],
    )
    tools: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Tools whose calls it is about.", examples=[["refund"]]
    )
    about: About | None = Field(
        default=None, description="What is at stake.", examples=["money_movement"]
    )
    when: Condition | None = Field(
        default=None,
        description="Which of their calls; left out, all of them.",
        examples=[{"field": "amount_usd_cents", "at_least": 4500}],
    )
    people: Annotated[int, Field(ge=1, le=5)] = Field(
        default=1, description="How many different people must agree.", examples=[2]
    )


def why_asked(rule: ApprovalRule, arguments: Mapping[str, Any]) -> str | None:
    """What makes the rule ask about a call with these arguments; None when it does not."""
    if rule.when is None:
        return "every such call needs a person"
    found = list(_values(arguments, rule.when.field.split(".")))
    if not found:
        return f"{rule.when.field} is not given"
    return next((_told(rule.when, value) for value in found if _met(rule.when, value)), None)


def comparisons(condition: Mapping[str, Any]) -> list[str]:
    """The comparisons that a condition makes, by name; a sound one makes one."""
    return [name for name in COMPARISONS if condition.get(name) is not None]


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _met(condition: Condition, value: Any) -> bool:
    return all(
        COMPARISONS[name](value, getattr(condition, name)) for name in comparisons(dict(condition))
    )


def _unless(compared: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Numbers of which this does not hold, and whatever cannot be compared."""

    def judged(value: Any, limit: Any) -> bool:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return not plain or not compared(value, limit)

    return judged


def _same(value: Any, wanted: Any) -> bool:
    return type(value) is type(wanted) and bool(value == wanted)


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": _unless(operator.lt),
    "above": _unless(operator.le),
    "equals": _same,
    "one_of": lambda value, wanted: any(_same(value, one) for one in wanted),
}
"""Whether a value is one to ask about. In doubt it is: of NaN, neither `lt` nor `le` holds."""


def _told(condition: Condition, value: Any) -> str:
    (name,) = comparisons(dict(condition))[:1] or ("",)
    return f"{condition.field} is {value}: {name} {getattr(condition, name, '')}".rstrip()
