"""Whatever is answered, every run ends: one outcome, its money settled, within a bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core import tables
from tests.builders import document, model_answer, plan, reply, result, states, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

STATUSES = ["refused", "failed", "in_doubt", "expired", "rejected"]
TOOLS = ["look", "stamp", "send", "burn", "nothing"]
plans = st.builds(
    lambda tools, complete: plan(*tools, complete=complete),
    st.lists(st.sampled_from(TOOLS), max_size=8),
    st.booleans(),
)
odd_answers = st.sampled_from(
    [
        model_answer(b"not JSON"),
        model_answer({"steps": "all", "complete": True}),
        model_answer(b'{"steps":[{"tool":"look","arguments":{"text":1e999}}],"complete":true}'),
        model_answer(b'{"steps":[{"tool":"look","arguments":{"n":%d}}],"complete":false}' % 2**70),
        model_answer({"answer": "", "citations": []}),
    ]
)
replies = st.builds(reply, st.sampled_from(["policy:1", "policy:2"]))
documents = st.builds(
    lambda names: {"documents": [document(name) for name in names]},
    st.lists(st.sampled_from(["policy:1", "policy:2"]), max_size=2),
)
tight = st.sampled_from([0, 50, 100, 3_000, 10_000, 1_000_000])


def answered(data: st.DataObject, call: Call) -> CallResult:
    """Any ending of a call, with any content that fits its kind, or that does not."""
    status = data.draw(st.sampled_from(["done", "done", "done", *STATUSES]))
    cost = data.draw(st.integers(0, call["reserved_usd_micros"]))
    if status != "done":
        return result(call, status, cost_usd_micros=cost)
    if data.draw(st.integers(0, 9)) == 0:
        return result(call, result=data.draw(st.binary(max_size=9)), cost_usd_micros=cost)
    answer = None
    if call["kind"] == "model":
        answer = data.draw(plans | replies | odd_answers)
    elif call["kind"] == "retrieval":
        answer = data.draw(documents)
    return result(call, answer=answer, cost_usd_micros=cost)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), cap=tight, user_cap=tight)
def test_every_run_reaches_exactly_one_outcome(
    data: st.DataObject, cap: int, user_cap: int
) -> None:
    caps = [{"scope": "user", "window": "day", "usd_micros": user_cap}]
    journey = Journey(workflow(max_run_usd_micros=cap, caps=caps))
    journey.start()
    journey.finish(lambda call: answered(data, call))
    (outcome,) = journey.outcomes
    assert outcome["outcome"] in {"resolved", "escalated", "failed"}
    assert outcome["spent_usd_micros"] <= min(cap, user_cap)
    assert journey.entry()["phase"] == "finished"
    for entry in journey.budget().values():
        assert entry["reserved_usd_micros"] == 0
        assert entry["spent_usd_micros"] == outcome["spent_usd_micros"]
    assert journey.fold.tables.items(tables.EVIDENCE) == []
    assert len(journey.drafts) <= bound()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_call_that_leaves_is_one_that_its_state_may_make(data: st.DataObject) -> None:
    journey = Journey()
    journey.start()
    journey.finish(lambda call: answered(data, call))
    for topic in ("calls.model", "calls.retrieval", "calls.tool"):
        for call in journey.emitted[topic]:
            policy = journey.flow.contract.policy(call["state"])
            assert call["name"] in {policy.model, *policy.retrievers, *policy.tools}
            assert call["name"] not in journey.flow.contract.forbidden
            assert call["attempt"] <= policy.attempts


def bound() -> int:
    """Arrivals, and every attempt of every call of every visit."""
    held = [workflow().contract.policy(state) for state in ["intake", "log", *states()]]
    return sum(policy.visits * (1 + policy.calls * policy.attempts) for policy in held)
