"""After a failed check the contract's remedies are tried, in order, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streams.core.max_cost import max_cost
from tests.builders import (
    MODEL,
    PRICES,
    document,
    plan,
    result,
    states,
    wire_type,
    workflow,
)
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Outcome


def ended(*remedies: dict[str, Any], good_at: int = 99) -> tuple[Journey, Outcome]:
    """A run whose plan asks for what is forbidden until it is made for the `good_at`th time."""
    back = {"visits": 4}
    policies = states(
        retrieval=back, plan=back, execute=back, verify={**back, "on_failure": list(remedies)}
    )
    journey = Journey(workflow(states=policies))
    journey.start()
    plans = 0

    def answering(call: Call) -> CallResult:
        nonlocal plans
        if call["state"] != "plan":
            usual = {"documents": [document(content=f"Be kind, {len(journey.drafts)}.")]}
            return result(call, answer=usual) if call["kind"] == "retrieval" else result(call)
        plans += 1
        return result(call, answer=plan("stamp" if plans >= good_at else "burn"))

    return journey, journey.finish(answering)


def entered(journey: Journey) -> list[str]:
    """The states that the run went back to, and what was asked there."""
    called = ("retrieval", "model")
    return [c["state"] for kind in called for c in journey.emitted[f"calls.{kind}"]]


def test_without_remedies_the_first_failure_is_the_end() -> None:
    journey, outcome = ended()
    assert outcome["outcome"] == "escalated"
    assert entered(journey).count("plan") == 1


def test_a_plan_that_is_made_again_and_holds_is_resolved() -> None:
    journey, outcome = ended({"remedy": "plan_again"}, good_at=2)
    assert (outcome["outcome"], outcome["error"]) == ("resolved", None)
    assert entered(journey).count("plan") == 2
    assert outcome["rungs"] == ["verify.plan_again"]
    last = [call for call in journey.emitted["calls.model"] if call["state"] == "plan"][-1]
    asked = wire_type(last).decode_arguments(last["arguments_schema"], last["arguments"])
    assert "<failed>all_steps_done: 1 of 1 steps were not done</failed>" in asked["context"]


def test_remedies_are_tried_in_order_and_then_a_person_gets_the_packet() -> None:
    tried = ({"remedy": "narrower_retrieval", "passages": 1}, {"remedy": "plan_again"})
    journey, outcome = ended(*tried)
    assert outcome["outcome"] == "escalated"
    assert outcome["packet"] is not None
    because = ", because all_steps_done: 1 of 1 steps were not done"
    assert outcome["packet"]["remedies"] == [
        f"verify.narrower_retrieval.1{because}",
        f"verify.plan_again{because}",
    ]
    assert entered(journey).count("plan") == 3
    passages = [
        wire_type(call).decode_arguments(call["arguments_schema"], call["arguments"])["passages"]
        for call in journey.emitted["calls.retrieval"]
    ]
    assert passages == [4, 1]
    (run,) = journey.emitted["state.log"]
    assert [piece["kind"] for piece in run["evidence"]].count("policy") == 1


def test_escalate_ends_it_though_more_is_listed() -> None:
    journey, outcome = ended({"remedy": "escalate"}, {"remedy": "plan_again"}, good_at=2)
    assert outcome["outcome"] == "escalated"
    assert entered(journey).count("plan") == 1


def test_what_was_done_stays_done_when_it_is_planned_again() -> None:
    policies = states(
        plan={"visits": 4},
        execute={"visits": 4},
        verify={"visits": 4, "on_failure": [{"remedy": "plan_again"}]},
    )
    journey = Journey(workflow(states=policies))
    journey.start()
    journey.answer(result(journey.until_call(MODEL), answer=plan("stamp", "burn")))
    journey.answer(result(journey.until_call(MODEL), answer=plan("look")))
    outcome = journey.finish()
    assert [call["name"] for call in journey.emitted["calls.tool"]] == ["stamp", "look"]
    assert outcome["outcome"] == "resolved"


@pytest.mark.parametrize("model", [None, MODEL])
def test_the_dearest_path_counts_the_ways_back(model: str | None) -> None:
    remedy = {"remedy": "other_model", "model": model} if model else {"remedy": "plan_again"}
    flow = workflow(states=states(verify={"visits": 2, "on_failure": [remedy]}))
    once = workflow(states=states(verify={"visits": 2}))
    dear, plain = (max_cost(each.contract, PRICES, {"plan": ""}) for each in (flow, once))
    assert dear.total_usd_micros >= plain.total_usd_micros
    assert "verify" in dear.path


def test_no_evidence_outlives_its_run_when_it_was_read_again() -> None:
    journey, _ = ended({"remedy": "narrower_retrieval", "passages": 1})
    assert list(journey.fold.tables.items("evidence")) == []
