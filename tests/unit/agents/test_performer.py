"""A pool performs a call once, before its deadline, and every ending is an answer."""

from __future__ import annotations

from typing import Any, cast

import pytest

from agents.models.interface import ModelFailed, ModelNotBilled, ModelUnavailable
from schemas.errors import NonConforming, ToolRefusal
from streams.core import bounds
from tests.builders import NOON_MS, Note
from tests.unit.agents.acting import Desk, performer, raising, tool_call


async def test_a_call_is_performed_once_with_its_typed_arguments_and_key() -> None:
    desk, call = Desk(), tool_call("stamp")
    answer = await performer(desk).perform(call)
    ((tool, arguments, context),) = desk.asked
    assert (tool, arguments) == ("stamp", Note(text="stamp"))
    assert context.idempotency_key == call["idempotency_key"]
    assert (context.call_id, context.user_id) == (call["call_id"], "ann")
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", 200)
    assert (answer["call_id"], answer["run_id"]) == (call["call_id"], call["run_id"])


@pytest.mark.parametrize(("late_ms", "status"), [(0, "done"), (1, "expired")])
async def test_a_call_after_its_deadline_is_expired_and_costs_nothing(
    late_ms: int, status: str
) -> None:
    desk, call = Desk(), tool_call()
    answer = await performer(desk, call["not_after_ms"] + late_ms).perform(call)
    assert answer["status"] == status
    assert len(desk.asked) == (status == "done")
    assert answer["cost_usd_micros"] == (20 if status == "done" else 0)


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (ToolRefusal("Error: not pending"), "refused", "Error: not pending"),
        (ModelUnavailable("set a key"), "refused", "set a key"),
        (ModelFailed("timed out"), "in_doubt", "timed out"),
        (ModelNotBilled("no route"), "failed", "no route"),
        (NonConforming("text", "too long"), "rejected", "text: too long"),
        (RuntimeError("broken"), "failed", "RuntimeError: broken"),
        (KeyError("x"), "failed", "KeyError: 'x'"),
        (TimeoutError(), "failed", "TimeoutError: "),
    ],
)
async def test_what_an_act_raises_becomes_a_status_and_a_text(
    error: Exception, status: str, text: str
) -> None:
    answer = await performer(Desk(raising(error))).perform(tool_call())
    assert (answer["status"], answer["error"]) == (status, text)
    assert answer["result"] == b""


@pytest.mark.parametrize(
    "changes",
    [
        {"arguments": b""},
        {"arguments": b"\xff\xff"},
        {"arguments_schema": ""},
        {"arguments_schema": "0" * 64},
        {"name": "dig"},
        {"name": "look", "workflow": "huge"},
    ],
)
async def test_a_call_that_does_not_conform_is_rejected_and_nothing_is_done(
    changes: dict[str, Any],
) -> None:
    desk = Desk()
    answer = await performer(desk).perform(tool_call(**changes))
    assert answer["status"] == "rejected"
    assert answer["error"]
    assert (desk.asked, answer["cost_usd_micros"]) == ([], 0)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
async def test_a_bad_result_of_an_act_is_a_failure_since_it_was_done() -> None:
    bad = Note.model_construct(text=cast("str", 7))
    answer = await performer(Desk(lambda: bad)).perform(tool_call())
    assert answer["status"] == "failed"
    assert "the result does not conform: text" in answer["error"]
    assert answer["cost_usd_micros"] == 20


@pytest.mark.parametrize("text", ["x" * 10**6, "lone \ud800 surrogate"])
async def test_any_error_text_fits_a_record(text: str) -> None:
    answer = await performer(Desk(raising(ToolRefusal(text)))).perform(tool_call())
    assert len(answer["error"]) <= bounds.MAX_TEXT_CHARACTERS
    assert answer["error"].encode()


async def test_a_tool_costs_what_it_costs_when_it_refuses() -> None:
    answer = await performer(Desk(raising(ToolRefusal("no")))).perform(tool_call("send"))
    assert answer["cost_usd_micros"] == 300


async def test_a_tool_costs_what_it_did_when_it_was_asked_for_whatever_is_deployed_now() -> None:
    answer = await performer(Desk()).perform(tool_call(reserved_usd_micros=19))
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", 19)


async def test_an_answer_says_who_gave_it_and_when() -> None:
    answer = await performer(Desk()).perform(tool_call())
    assert (answer["pool"], answer["provider"]) == ("pool", "tiny")
    assert (answer["started_at_ms"], answer["finished_at_ms"]) == (NOON_MS, NOON_MS)
