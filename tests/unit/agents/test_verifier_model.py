"""A verifier model is asked after the checks by code, and can only make things stricter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import MODEL, model_answer, plan, result, states, wire_type, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Outcome

AGREES = {"agrees": True, "problems": []}
DISAGREES = {"agrees": False, "problems": ["the note says something else"]}


def ended(verdict: Any, *, state: str = "execute", status: str = "done") -> tuple[Journey, Outcome]:
    """A run that plans to look and to stamp, with a verifier in this state."""
    asks = {"calls": 5, "model": MODEL, "prompt": "plan", "max_output_tokens": 100}
    journey = Journey(workflow(states=states(**{state: asks})))
    journey.start()

    def answering(call: Call) -> CallResult:
        if call["kind"] != "model":
            return result(call)
        request = wire_type(call).decode_arguments(call["arguments_schema"], call["arguments"])
        if request["answer_schema"] == "plan":
            return result(call, answer=plan("look", "stamp"))
        if request["answer_schema"] != "verdict":
            return result(call)
        if status != "done":
            return result(call, status)
        return result(call, answer=model_answer(verdict))

    return journey, journey.finish(answering)


def tools(journey: Journey) -> list[str]:
    return [call["name"] for call in journey.emitted["calls.tool"]]


def test_what_it_agrees_with_is_done_and_its_verdict_is_kept() -> None:
    journey, outcome = ended(AGREES)
    assert tools(journey) == ["look", "stamp"]
    assert outcome["outcome"] == "resolved"
    (run,) = journey.emitted["state.verify"]
    assert [piece["kind"] for piece in run["evidence"]].count("verdict") == 1


@pytest.mark.parametrize(
    ("verdict", "status", "why"),
    [
        (DISAGREES, "done", "verifier_model: the note says something else"),
        ({"agrees": False, "problems": []}, "done", "verifier_model: it disagrees"),
        ({"agrees": "yes"}, "done", "verifier_model: its verdict does not conform"),
        (None, "refused", "verifier_model: it gave no verdict: it was refused"),
    ],
)
def test_without_its_agreement_no_write_is_made_and_reads_are(
    verdict: Any, status: str, why: str
) -> None:
    journey, outcome = ended(verdict, status=status)
    assert tools(journey) == ["look"]
    assert outcome["outcome"] == "escalated"
    assert (outcome["error"] or "").startswith(why)


def test_after_the_work_its_disagreement_is_a_check_that_failed() -> None:
    journey, outcome = ended(DISAGREES, state="verify")
    assert tools(journey) == ["look", "stamp"]
    assert outcome["outcome"] == "escalated"
    assert outcome["packet"] is not None
    assert outcome["packet"]["failed_checks"] == ["verifier_model: the note says something else"]
    assert ended(AGREES, state="verify")[1]["outcome"] == "resolved"


def test_what_fails_by_code_is_not_asked_about() -> None:
    asks = {"calls": 2, "model": MODEL, "prompt": "plan", "max_output_tokens": 100}
    journey = Journey(workflow(states=states(verify=asks)))
    journey.start()
    journey.answer(result(journey.until_call(MODEL), answer=plan("burn")))
    journey.finish()
    asked = [call["state"] for call in journey.emitted["calls.model"]]
    assert "verify" not in asked
