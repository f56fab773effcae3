"""What metrics gain from decisions: money by scope, endings, calls, and no name made up outside."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core import metrics, tally
from streams.core.claims import Claims, Finished, unanswered
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.inputs import local
from streams.core.metrics import Metric
from tests.builders import CODEC, NOON_MS, delivered, result, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallStatus

STATUSES: list[CallStatus] = ["done", "refused", "rejected", "failed", "in_doubt", "expired"]


def counted(journey: Journey, metric: Metric) -> dict[tuple[str, ...], int]:
    """One counter after a journey, by labels."""
    counts = tally.accepted(journey.drafts).counts
    return {labels: amount for (found, labels), amount in counts.items() if found is metric}


def finished(**changes: Any) -> Journey:
    """One run of the tiny workflow, from start to end."""
    journey = Journey(workflow(**changes))
    journey.start()
    journey.finish()
    return journey


def test_every_decision_is_counted_by_state_and_rule() -> None:
    journey = finished()
    decisions = counted(journey, metrics.DECISIONS)
    assert sum(decisions.values()) == len(journey.drafts)
    assert decisions["log", "log.logged"] == 1
    assert decisions["retrieval", "retrieval.call"] == 1


def test_money_is_counted_by_workflow_and_scope_once_a_scope() -> None:
    caps = [{"scope": "user", "window": window, "usd_micros": 10**9} for window in ("day", "hour")]
    journey = finished(caps=caps)
    spent = Counter[str]()
    for draft in journey.drafts:
        for spend in draft.spend:
            spent[spend["entry"]] += spend["amount_usd_micros"]
    scopes = ("run", "user")
    assert counted(journey, metrics.RESERVED) == {("tiny", s): spent["reserve"] for s in scopes}
    assert counted(journey, metrics.SETTLED) == {("tiny", s): spent["settle"] for s in scopes}


def test_what_a_cap_refuses_is_counted_by_the_scope_of_that_cap() -> None:
    journey = finished(caps=[{"scope": "workspace", "window": "day", "usd_micros": 49}])
    assert counted(journey, metrics.REFUSED)["tiny", "workspace"] >= 50
    assert counted(journey, metrics.RESERVED) == {}


def test_what_is_refused_for_another_reason_than_money_is_not_counted_as_money() -> None:
    journey = finished(forbidden=["shelf"])
    assert counted(journey, metrics.REFUSED) == {}


def test_a_run_is_counted_with_its_outcome_and_its_time() -> None:
    journey = Journey()
    journey.start()
    journey.now_ms += 2_500
    journey.finish()
    assert counted(journey, metrics.RUNS) == {("tiny", "resolved"): 1}
    observed = tally.accepted(journey.drafts).observed
    assert observed == [(metrics.RUN_SECONDS, ("tiny",), 2.5)]


def test_a_workflow_that_an_outsider_made_up_is_unknown() -> None:
    journey = Journey()
    journey.start(workflow="made_up_by_somebody")
    assert counted(journey, metrics.RUNS) == {("unknown", "rejected"): 1}
    assert "made_up_by_somebody" not in str(tally.accepted(journey.drafts).counts.keys())


def test_a_dead_letter_is_counted_by_its_topic_and_the_kind_of_error() -> None:
    journey = Journey()
    journey.take("state.plan", b"nonsense")
    assert counted(journey, metrics.DEAD_LETTERS) == {("state.plan", "NotFramed"): 1}


def test_what_is_forwarded_is_counted_by_topic() -> None:
    journey = finished()
    counts = tally.forwarded([draft.decision for draft in journey.drafts]).counts
    emitted = {topic: len(records) for topic, records in journey.emitted.items()}
    assert {labels[0]: amount for (_, labels), amount in counts.items()} == emitted


def a_call(kind: str) -> Call:
    """The first call of this kind."""
    journey = Journey()
    journey.start()
    while not journey.emitted[f"calls.{kind}"]:
        journey.answer(result(journey.calls.popleft()))
    call: Call = journey.emitted[f"calls.{kind}"][0]
    return call


def ended(call: Call, **changes: Any) -> tally.Tally:
    """What a pool's answer to a call it has claimed adds."""
    claims, fold = Claims(CODEC, call["kind"], "pool", 0), Fold(CODEC)
    topic = f"calls.{call['kind']}"
    claimed = claims.decide(fold, delivered(topic, 0, CODEC.encode("call", call)), NOON_MS)
    fold.note(claimed)
    answer: Any = {**unanswered(call, "pool", NOON_MS), **changes}
    drafts: list[Draft] = [claims.decide(fold, local(Finished(call, answer)), NOON_MS)]
    return tally.accepted(drafts)


@pytest.mark.parametrize("status", STATUSES)
def test_a_call_is_counted_by_kind_name_and_how_it_ended(status: CallStatus) -> None:
    gained = ended(a_call("tool"), status=status)
    assert gained.counts[metrics.CALLS, ("tool", "look", status)] == 1


def test_a_call_that_was_started_took_its_time() -> None:
    times = {"started_at_ms": NOON_MS - 1_250, "finished_at_ms": NOON_MS}
    gained = ended(a_call("tool"), status="done", **times)
    assert gained.observed == [(metrics.CALL_SECONDS, ("tool", "look"), 1.25)]


def test_a_call_that_never_started_took_no_time() -> None:
    assert ended(a_call("tool"), status="expired").observed == []


def test_a_models_tokens_are_counted_in_both_directions() -> None:
    call = a_call("model")
    gained = ended(call, status="done", input_tokens=30, output_tokens=4)
    assert gained.counts[metrics.TOKENS, (call["name"], "input")] == 30
    assert gained.counts[metrics.TOKENS, (call["name"], "output")] == 4


def test_a_tools_tokens_are_not_counted() -> None:
    assert not [m for m, _ in ended(a_call("tool"), status="done").counts if m is metrics.TOKENS]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(STATUSES), max_size=12), st.integers(0, 2_000))
def test_what_is_settled_never_exceeds_what_is_reserved(
    statuses: list[CallStatus], cap: int
) -> None:
    left = iter(statuses)
    journey = Journey(workflow(max_run_usd_micros=cap * 1_000))
    journey.start()
    journey.finish(lambda call: result(call, next(left, "done")))
    reserved = counted(journey, metrics.RESERVED).get(("tiny", "run"), 0)
    assert counted(journey, metrics.SETTLED).get(("tiny", "run"), 0) <= reserved
    assert sum(counted(journey, metrics.RUNS).values()) == 1
