"""People are asked as often as the rules say, and what they allow has exactly its effect."""

from __future__ import annotations

from pathlib import Path

from bench.approvals.asking import independent, measured
from bench.approvals.rules import AT_ONCE, RULES

FEW = 3


def test_each_rule_asks_once_a_step_and_everything_is_done_as_recorded(tmp_path: Path) -> None:
    found = measured(tmp_path, FEW)
    assert found.keys() == RULES.keys()
    assert all(row["resolved_with_exactly_their_changes"] == FEW for row in found.values())
    steps = [step["tool"] for request in independent(FEW) for step in request["steps"]]
    assert found["none"]["approvals"] == 0
    assert found["every write"]["approvals"] == len(steps)
    at_once = sum(tool in AT_ONCE for tool in steps)
    assert found["money that moves at once"]["approvals"] == at_once < len(steps)
