"""A run that needs a person says what was asked, found, tried and is proposed, and its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from tests.builders import plan, result
from tests.unit.core.journey import Journey
from tollway.cli.packet_text import packet_text

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Outcome


def escalated() -> Outcome:
    """`stamp` is done and `send` is refused."""
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan("stamp", "send")))

    def answering(call: Call) -> CallResult:
        return result(call, "refused" if call["name"] == "send" else "done")

    return journey.finish(answering)


def test_an_escalated_run_carries_all_that_a_person_needs() -> None:
    outcome = escalated()
    packet = outcome["packet"]
    assert packet is not None
    assert packet["asked"] == "please do 1"
    assert packet["found"], "the ids of what was read"
    assert [(step["tool"], step["status"]) for step in packet["tried"]] == [
        ("stamp", "done"),
        ("send", "refused"),
    ]
    assert packet["tried"][0]["arguments_json"] == '{"text":"stamp"}'
    assert packet["failed_checks"] == ["all_steps_done: 1 of 2 steps were not done"]
    assert packet["proposed"] == [
        "compare what stamp did with the request, and mend it",
        "do send or say no to it: it was refused",
        "answer the customer",
    ]
    assert packet["spent_usd_micros"] == outcome["spent_usd_micros"] > 0
    assert packet["calls"] == outcome["calls"]


def test_a_resolved_run_needs_nobody() -> None:
    journey = Journey()
    journey.start()
    outcome = journey.finish()
    assert (outcome["outcome"], outcome["packet"]) == ("resolved", None)


def test_a_run_that_failed_says_what_stopped_it() -> None:
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("shelf"), "refused"))
    outcome = journey.finish()
    assert outcome["packet"] is not None
    assert outcome["packet"]["proposed"] == [
        "settle what stopped the run: it was refused",
        "answer the customer",
    ]


def test_the_packet_reads_as_text_with_the_proposal_first() -> None:

    text = packet_text(orjson.dumps(escalated()["packet"]).decode())
    lines = text.splitlines()
    assert lines[:2] == ["For a person", "  proposed"]
    assert '    - send {"text":"send"}: refused (it was refused)' in lines
    assert packet_text(None) == ""
