"""What cannot be decoded or decided is kept whole, and the run that it was about fails once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from agents.state_table import state_table
from schemas.errors import NonConforming
from schemas.examples import example
from schemas.topics import ENVELOPE_BYTES, LEDGER_MAX_BYTES
from streams.core import bounds, dead_letters
from streams.core.hashing import content_hash
from streams.core.inputs import Input
from streams.core.states import Absorbed, Answer, State, View
from tests.builders import CODEC, WORKSPACE, document, event, result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import DeadLetter

TOPICS = ("state.intake", "state.plan", "call.results")
USER = "acme|user|ann|day|2026-01-05"


@dataclass
class Broken:
    """A state that breaks where it is told to."""

    inner: State
    breaks: str
    error: Exception

    @property
    def name(self) -> str:
        return self.inner.name

    def proceed(self, view: View) -> Any:
        if self.breaks == "proceed":
            raise self.error
        return self.inner.proceed(view)

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        if self.breaks == "absorb":
            raise self.error
        return self.inner.absorb(view, answer)


def broken(state: str, breaks: str = "proceed", error: Exception | None = None) -> Journey:
    table = dict(state_table())
    table[state] = Broken(table[state], breaks, error or RuntimeError("oh no"))
    return Journey(states=table)


def cut(part: str, whole: bytes) -> dict[str, Any]:
    return {"part": part, "original_bytes": len(whole), "original_hash": content_hash(whole)}


def dead(journey: Journey) -> DeadLetter:
    (found,) = [
        record
        for topic, records in journey.emitted.items()
        if topic.endswith(".dead")
        for record in records
    ]
    kept: DeadLetter = found
    return kept


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "NotFramed"),
        (b"", "NotFramed"),
        (b"{}garbage", "NotFramed"),
        (b"\0\0\0\0\0x", "UnknownSchema"),
    ],
)
def test_a_record_that_cannot_be_decoded_is_kept_whole(
    topic: str, value: bytes | None, reason: str
) -> None:
    journey = Journey()
    draft = journey.take(topic, value)
    kept = dead(journey)
    assert (draft.rule, kept["reason"], kept["value"]) == ("dead_letter", reason, value)
    assert (kept["topic"], kept["offset"], kept["partition"]) == (topic, 0, 0)
    assert journey.outcomes == []


@pytest.mark.parametrize("topic", ["state.plan", "call.results"])
def test_a_record_of_another_topic_is_kept_whole_and_ends_no_run(topic: str) -> None:
    journey = Journey()
    journey.start()
    value = CODEC.encode("intake_event", event())
    journey.take(topic, value)
    assert (dead(journey)["reason"], dead(journey)["value"]) == ("WrongSchema", value)
    assert journey.finish()["outcome"] == "resolved"


def test_a_stale_run_on_the_wrong_topic_does_not_end_its_run() -> None:
    journey = Journey()
    journey.start()
    journey.take("call.results", CODEC.encode("run_state", journey.entry()["run"] or {}))
    assert journey.finish()["outcome"] == "resolved"


@pytest.mark.parametrize(
    "state", ["intake", "retrieval", "plan", "execute", "verify", "finalize", "log"]
)
def test_a_state_that_breaks_fails_its_run_once(state: str) -> None:
    journey = broken(state)
    journey.start()
    outcome = journey.finish()
    assert (len(journey.outcomes), outcome["outcome"]) == (1, "failed")
    assert outcome["error"] == "could not be decided: RuntimeError: oh no"
    assert dead(journey)["reason"] == "Undecided"
    assert dead(journey)["value"]
    assert journey.entry()["phase"] == "finished"
    assert journey.start().rule == "intake.duplicate"


@pytest.mark.parametrize("state", ["retrieval", "plan", "execute", "finalize"])
def test_an_answer_that_breaks_its_state_fails_the_run_and_settles_what_was_held(
    state: str,
) -> None:
    journey = broken(state, "absorb")
    journey.start()
    held = 0
    while not journey.outcomes:
        call = journey.calls.popleft()
        held = call["reserved_usd_micros"]
        journey.answer(result(call, cost_usd_micros=0))
    assert len(journey.outcomes) == 1
    assert journey.outcomes[0]["spent_usd_micros"] == held
    assert journey.budget() == {USER: {"spent_usd_micros": held, "reserved_usd_micros": 0}}


def test_an_outcome_keeps_the_first_error() -> None:
    journey = broken("finalize")
    journey.start()
    journey.answer(result(journey.until_call("look"), "refused", error="not today"))
    assert (journey.outcomes[0]["outcome"], journey.outcomes[0]["error"]) == ("failed", "not today")


@pytest.mark.parametrize("text", ["x" * 10_000, "lone \ud800 surrogate"])
def test_an_error_of_any_text_can_be_recorded(text: str) -> None:
    journey = broken("plan", error=RuntimeError(text))
    journey.start()
    assert journey.finish()["outcome"] == "failed"
    assert len(dead(journey)["message"]) <= bounds.MAX_TEXT_CHARACTERS


def test_a_run_whose_workflow_is_gone_fails_with_its_money_settled() -> None:
    journey = Journey()
    journey.start()
    journey.engine.workflows.clear()  # type: ignore[attr-defined]
    journey.answer(result(journey.calls.popleft()))
    assert journey.outcomes[0]["error"] == "workflow: no workflow tiny is deployed here"
    assert journey.budget() == {USER: {"spent_usd_micros": 50, "reserved_usd_micros": 0}}


def test_a_decision_that_no_block_can_hold_fails_its_run() -> None:
    journey = Journey()
    journey.start()
    long = document("x" * (bounds.MAX_DECISION_BYTES // 2))
    journey.answer(result(journey.calls.popleft(), answer={"documents": [long]}))
    assert dead(journey)["reason"] == "TooLarge"
    assert journey.outcomes[0]["outcome"] == "failed"
    assert "bytes of at most" in str(journey.outcomes[0]["error"])
    assert journey.drafts[-1].size_bytes < LEDGER_MAX_BYTES * 3 // 4


def test_headers_are_kept_even_those_without_a_value() -> None:
    headers = (("trace", b"\xff"), ("empty", None))
    source = Input("state.plan", 3, None, b"?", headers)
    journey = Journey()
    journey.decide(source)
    kept = dead(journey)
    assert kept["headers"] == [
        {"name": "trace", "value": b"\xff"},
        {"name": "empty", "value": None},
    ]
    assert (kept["key"], kept["offset"]) == (None, 3)


def test_only_a_foreign_record_beyond_all_bounds_is_cut_and_says_what_was_there() -> None:
    journey, whole = Journey(), b"x" * LEDGER_MAX_BYTES
    journey.take("state.plan", whole)
    assert dead(journey)["value"] == b"x" * bounds.MAX_DECISION_BYTES
    assert dead(journey)["cut"] == [cut("value", whole)]


def test_what_is_kept_whole_is_not_cut() -> None:
    journey = Journey()
    journey.take("state.plan", b"x" * bounds.MAX_DECISION_BYTES)
    assert dead(journey)["cut"] == []


def test_huge_keys_and_headers_are_cut_too() -> None:
    key = b"k" * (dead_letters.MAX_KEY_BYTES + 1)
    headers = (("first", b"1"), ("huge", b"h" * dead_letters.MAX_HEADERS_BYTES), ("last", b"3"))
    journey = Journey()
    journey.decide(Input("state.plan", 3, key, b"?", headers))
    kept = dead(journey)
    assert (kept["key"], kept["headers"]) == (key[:-1], [{"name": "first", "value": b"1"}])
    flat = b"first1huge" + (headers[1][1] or b"") + b"last3"
    assert kept["cut"] == [cut("key", key), cut("headers", flat)]


@pytest.mark.parametrize(
    "headers",
    [
        (("", b""),) * 300_000,
        (("n", None),) * 300_000,
        (("x" * 100_000, b""),),
        (("x", b"y" * 100),) * 1_000,
    ],
    ids=["empty", "null", "long name", "many"],
)
def test_whatever_a_record_holds_its_letter_fits_the_envelope(headers: Any) -> None:
    error = NonConforming("🚲" * 10_000, "🚲" * 10_000)
    error.__cause__ = cause = RuntimeError("🚲" * 10_000)
    for _ in range(20):
        cause.__cause__ = cause = RuntimeError("🚲" * 10_000)
    source = Input("state.execute", 2**62, b"k" * 10**6, b"v" * 10**6, headers)
    letter = dead_letters.letter(source, error, "w" * 200, 10**6, 2**62, max_value_bytes=1_000)
    letter["run_id"] = bounds.clipped("🚲" * 10_000)
    assert len(CODEC.encode("dead_letter", letter)) < 1_000 + ENVELOPE_BYTES


def test_causes_are_told_the_outermost_first() -> None:
    error = RuntimeError("oh no")
    error.__cause__ = KeyError("order")
    error.__cause__.__context__ = OSError("gone")
    journey = broken("plan", error=error)
    journey.start()
    journey.finish()
    assert dead(journey)["causes"] == ["RuntimeError: oh no", "KeyError: 'order'", "OSError: gone"]


def test_causes_that_were_suppressed_or_go_in_circles_are_left_out() -> None:
    error = RuntimeError("a")
    error.__cause__ = circle = ValueError("b")
    circle.__cause__ = error
    journey = broken("plan", error=error)
    journey.start()
    journey.finish()
    assert dead(journey)["causes"] == ["RuntimeError: a", "ValueError: b"]
    circle.__cause__, circle.__context__ = None, OSError("hidden")
    circle.__suppress_context__ = True
    assert list(dead_letters._causes(error)) == [circle]


def test_what_the_decoder_stumbled_over_is_a_cause() -> None:
    journey = Journey()
    journey.take("state.plan", CODEC.encode("run_state", example("run_state", "typical"))[:-3])
    assert dead(journey)["reason"] == "Undecodable"
    assert dead(journey)["causes"]


def test_a_letter_names_its_run_where_one_is_known() -> None:
    journey = Journey()
    journey.start()
    call = journey.calls[0]
    journey.answer(result(call, cost_usd_micros=-1))
    assert dead(journey)["run_id"] == call["run_id"]
    other = Journey()
    other.take("state.plan", b"?")
    assert dead(other)["run_id"] == ""


def test_a_letter_keeps_the_time_of_its_record() -> None:
    journey = Journey()
    journey.decide(Input("state.plan", 3, None, b"?", timestamp_ms=12))
    assert dead(journey)["timestamp_ms"] == 12
    other = Journey()
    other.take("state.plan", b"?")
    assert dead(other)["timestamp_ms"] == -1


def test_a_dead_letter_names_worker_partition_and_time() -> None:
    journey = Journey()
    journey.take("state.plan", b"?")
    kept = dead(journey)
    assert (kept["worker"], kept["found_at_ms"]) == ("worker", journey.now_ms)
    assert kept["key"] == WORKSPACE.encode()
