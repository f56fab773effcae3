"""When a rule asks: from exactly its threshold on, and whenever it cannot judge."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from streams.core.approvals.policy import ApprovalRule, why_asked


def rule(**when: Any) -> ApprovalRule:
    text = {"name": "a_rule", "tools": ["pay"], "role": "lead", "when": when}
    return ApprovalRule.model_validate_json(orjson.dumps(text))


@pytest.mark.parametrize(
    ("when", "arguments", "asked"),
    [
        ({"field": "n", "at_least": 5}, {"n": 4}, False),
        ({"field": "n", "at_least": 5}, {"n": 5}, True),
        ({"field": "n", "at_least": 5}, {"n": 4.99}, False),
        ({"field": "n", "above": 5}, {"n": 5}, False),
        ({"field": "n", "above": 5}, {"n": 5.01}, True),
        ({"field": "n", "above": 5}, {"n": float("nan")}, True),
        ({"field": "n", "at_least": 5}, {"n": float("inf")}, True),
        ({"field": "n", "at_least": 5}, {"n": "4"}, True),
        ({"field": "n", "at_least": 5}, {"n": None}, True),
        ({"field": "n", "at_least": 5}, {"n": False}, True),
        ({"field": "n", "at_least": 5}, {}, True),
        ({"field": "n", "equals": "iban"}, {"n": "iban"}, True),
        ({"field": "n", "equals": "iban"}, {"n": "name"}, False),
        ({"field": "n", "equals": True}, {"n": True}, True),
        ({"field": "n", "equals": True}, {"n": 1}, False),
        ({"field": "n", "one_of": ["owner", "admin"]}, {"n": "admin"}, True),
        ({"field": "n", "one_of": ["owner", "admin"]}, {"n": "guest"}, False),
        ({"field": "to.amount", "at_least": 5}, {"to": {"amount": 5}}, True),
        ({"field": "to.amount", "at_least": 5}, {"to": {"amount": 4}}, False),
        ({"field": "to.amount", "at_least": 5}, {"to": {}}, True),
        ({"field": "items.amount", "at_least": 5}, {"items": [{"amount": 1}, {"amount": 5}]}, True),
        ({"field": "items.amount", "at_least": 5}, {"items": [{"amount": 1}]}, False),
    ],
)
def test_a_condition_is_met_or_not(
    when: dict[str, Any], arguments: dict[str, Any], asked: bool
) -> None:
    assert (why_asked(rule(**when), arguments) is not None) is asked
