"""Whatever people send, no call that needs a person is made without one, and every run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON_MS
from tests.unit.approvals.desk import (
    ESCALATES_S,
    EXPIRES_MS,
    RULE,
    calls_of,
    give,
    news,
    pass_time,
    refund_of,
    refunded,
    refunding,
    refunds,
)

if TYPE_CHECKING:
    from schemas.records import ApprovalQuestion
    from tests.unit.core.journey import Journey

FLOWS = [
    refunds(),
    refunds({**RULE, "people": 2}),
    refunds({**RULE, "escalate_to": "finance", "escalate_after_s": ESCALATES_S}),
    refunds(RULE, {**RULE, "name": "second_look", "role": "finance"}),
]
MAY: dict[str, set[str]] = {"support_lead": {"lea", "leo", "dan"}, "finance": {"leo", "fay"}}
"""Who may answer on the first day, the requester left out."""
changes = st.fixed_dictionaries(
    {},
    optional={
        "approver": st.sampled_from(["lea", "leo", "dan", "fay", "ann", "eve", "mallory"]),
        "verdict": st.sampled_from(["approve", "approve", "approve", "deny", "happened"]),
        "arguments_hash": st.just("0" * 32),
        "contract": st.just("tiny@0"),
        "approval_id": st.just("f" * 32),
        "roles": st.sampled_from([["finance"], ["support_lead"], ["owner"]]),
        "late_ms": st.sampled_from([0, EXPIRES_MS - 1, EXPIRES_MS, 2 * EXPIRES_MS]),
    },
)
amounts_usd_cents = st.lists(st.sampled_from([100, 4_500, 9_000]), max_size=3)
steps = st.lists(st.tuples(st.sampled_from(["decide", "again", "tick", "answer"]), changes))


def decision_on(asked: Any, changed: dict[str, Any]) -> Any:
    """A decision on a question, with some fields changed."""
    late_ms = changed.pop("late_ms", 0)
    given_now = {
        "decision_id": "d",
        **{name: asked[name] for name in ("approval_id", "workspace", "run_id")},
        **{name: asked[name] for name in ("arguments_hash", "contract")},
        "verdict": "approve",
        "approver": "lea",
        "roles": [],
        "reason": "so it is",
        "decided_at_ms": NOON_MS,
        "received_at_ms": asked["asked_at_ms"] + late_ms,
    }
    return {**given_now, **changed}


def step(journey: Journey, kind: str, changed: dict[str, Any]) -> None:
    """One thing happens."""
    asked = [record["question"] for record in news(journey) if record["question"]]
    if kind == "decide" and journey.entry()["question"]:
        give(journey, decision_on(journey.entry()["question"], changed))
    elif kind == "again" and asked:
        give(journey, decision_on(asked[0], changed))
    elif kind == "tick" and journey.entry()["question"]:
        pass_time(journey)
    elif kind == "answer" and journey.calls:
        journey.answer(refunded(journey.calls.popleft()))


@settings(max_examples=150, deadline=None)
@given(
    flow=st.sampled_from(FLOWS),
    amounts=amounts_usd_cents,
    happens=steps,
)
def test_no_sequence_of_decisions_lets_a_call_through_that_was_not_granted(
    flow: Any, amounts: list[int], happens: list[tuple[str, dict[str, Any]]]
) -> None:
    journey = refunding(*amounts, flow=flow)
    for kind, changed in happens:
        step(journey, kind, dict(changed))
    while journey.entry()["phase"] != "finished":
        step(journey, "tick" if journey.entry()["question"] else "answer", {})
    assert len(journey.outcomes) == 1
    for call in calls_of(journey):
        if refund_of(call).amount_usd_cents >= 4_500:
            assert_granted(journey, call["call_id"], flow)
    assert len({call["call_id"] for call in calls_of(journey)}) == len(calls_of(journey))


def granted(journey: Journey) -> list[ApprovalQuestion]:
    """Every question as it was when it was granted."""
    of = [record["question"] for record in news(journey) if record["status"] == "granted"]
    return [question for question in of if question]


def assert_granted(journey: Journey, call_id: str, flow: Any) -> None:
    """As many different people with the role as each rule wants have said yes to this call."""
    for rule in flow.contract.approvals:
        (grant,) = [
            question
            for question in granted(journey)
            if (question["call_id"], question["rule"]) == (call_id, rule.name)
        ]
        people = {one["approver"] for one in grant["agreed"]}
        may = set().union(*(MAY[role] for role in grant["roles"]))
        assert len(people) == rule.people
        assert people <= may
        assert all(one["at_ms"] <= journey.now_ms for one in grant["agreed"])
