"""What docs/approvals.md says is what the code holds."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from schemas.catalogue import catalogue
from streams.core.approvals.checks import CHECKS, ENDED
from streams.core.approvals.people import Approvers
from streams.core.approvals.policy import ApprovalRule, Persons
from tollway.approvals.reading import OPEN, REFUSED
from tollway.docs import ROOT

TEXT = (ROOT / "docs" / "approvals.md").read_text("utf-8")
CONTRACT, PEOPLE = (
    yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
)


def as_json(value: Any) -> str:
    return json.dumps(value, default=str)


def test_the_examples_are_sound() -> None:
    for rule in CONTRACT["approvals"]:
        ApprovalRule.model_validate_json(as_json(rule))
    Persons.model_validate_json(as_json(CONTRACT["doubts"]))
    people = Approvers.model_validate_json(as_json(PEOPLE))
    assert {CONTRACT["approvals"][0]["role"], CONTRACT["doubts"]["role"]} <= people.roles


def test_every_rule_that_refuses_a_decision_is_told() -> None:
    told = set(re.findall(r"^\| `approval\.(\w+)` \|", TEXT, re.MULTILINE))
    assert told == {*CHECKS, *ENDED.values(), "unknown"}


def test_every_status_of_a_question_is_told_and_is_open_or_not() -> None:
    fields = catalogue().current["approval"].definition["fields"]
    status = next(field["type"]["symbols"] for field in fields if field["name"] == "status")
    assert all(f"`{symbol}`" in TEXT for symbol in status)
    assert OPEN | {REFUSED} < set(status)
