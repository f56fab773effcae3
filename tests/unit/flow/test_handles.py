"""Handles that lead nowhere are told apart by the gate; no form of them breaks a decision."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import model_answer, result
from tests.unit.core.journey import Journey

NOWHERE: list[dict[str, Any]] = [
    {"$contract": "none"},
    {"$contract": []},
    {"$contract": {"a": 1}},
    {"$from": [1]},
    {"$from": None},
    {"$from": "run#/[]"},
    {"$from": "step:1#/text"},
    {"$request": "please"},
    {"$request": [5, 1]},
]


@pytest.mark.parametrize("handle", NOWHERE, ids=str)
def test_a_handle_that_leads_nowhere_is_refused_by_name_and_its_run_goes_on(
    handle: dict[str, Any],
) -> None:
    journey = Journey()
    journey.start()
    steps = [{"tool": "send", "arguments": {"text": handle}}]
    planned = model_answer({"steps": steps, "complete": True})
    journey.answer(result(journey.until_call("tiny-model"), answer=planned))
    outcome = journey.finish()
    assert outcome["outcome"] == "escalated"
    assert (outcome["error"] or "").startswith("handle: send: a handle leads nowhere")
