"""A claimed call of which nobody knows whether it happened: asked about, never acted on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from agents.pools import acting
from agents.tools.spec import CallContext, Happened, NeverHappened
from schemas.errors import UnknownSchema
from tests.builders import NOON_MS, Note, result
from tests.unit.agents.acting import Desk, performer, tool_call

if TYPE_CHECKING:
    from schemas.records import Call, CallResult


class KnowingDesk(Desk):
    """A toolbox that can be asked."""

    knows: Any = None

    def reconcile(self, tool: str, context: CallContext) -> Any:
        self.asked.append((tool, Note(text="reconcile"), context))
        if isinstance(self.knows, Exception):
            raise self.knows
        return self.knows


def knowing(knows: Any) -> KnowingDesk:
    desk = KnowingDesk()
    desk.knows = knows
    return desk


def doubted(call: Call) -> CallResult:
    return result(call, "in_doubt", cost_usd_micros=call["reserved_usd_micros"])


async def resolved(desk: Desk, call: Call) -> CallResult:
    return await performer(desk).resolve(call, doubted(call))


async def test_what_happened_is_done_with_its_result_at_its_reservation() -> None:
    call = tool_call("send")
    answer = await resolved(knowing(Happened(Note(text="sent"))), call)
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", call["reserved_usd_micros"])
    assert answer["result"]


async def test_what_never_happened_costs_nothing_and_may_be_tried_again() -> None:
    answer = await resolved(knowing(NeverHappened()), tool_call("send"))
    assert (answer["status"], answer["cost_usd_micros"]) == ("expired", 0)


async def test_what_the_reconciler_does_not_know_stays_in_doubt() -> None:
    call = tool_call("send")
    assert await resolved(knowing(None), call) == doubted(call)


async def test_a_toolbox_that_cannot_be_asked_leaves_the_call_in_doubt_and_does_not_act() -> None:
    desk, call = Desk(), tool_call("send")
    assert await resolved(desk, call) == doubted(call)
    assert desk.asked == []


async def test_a_reconciler_that_breaks_leaves_the_call_in_doubt_and_says_so() -> None:
    answer = await resolved(knowing(UnknownSchema("", "what is this")), tool_call("send"))
    assert answer["status"] == "in_doubt"
    assert "its reconciler failed: UnknownSchema: what is this" in answer["error"]


async def test_an_act_that_takes_too_long_is_given_up_in_doubt_at_its_reservation() -> None:
    async def forever(_: Call, __: Any) -> acting.Done:
        await asyncio.sleep(60)
        raise AssertionError

    call = {**tool_call("send"), "act_limit_ms": 5}
    pool = performer(Desk())
    slow = acting.Performer(pool.wire_type, forever, acting.as_done, lambda: NOON_MS, "p")
    answer = await slow.perform(call)  # type: ignore[arg-type]  # fields by name
    assert (answer["status"], answer["cost_usd_micros"]) == ("in_doubt", 300)
    assert "took longer than 5 ms" in answer["error"]


async def test_a_reconciler_that_takes_too_long_is_given_up(monkeypatch: Any) -> None:
    async def forever(_: Call) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(acting, "RECONCILE_LIMIT_S", 0.005)
    pool, call = performer(Desk()), tool_call("send")
    parts = (pool.wire_type, pool.act, acting.as_done, lambda: NOON_MS, "p", forever)
    answer = await acting.Performer(*parts).resolve(call, doubted(call))
    assert answer["status"] == "in_doubt"
    assert "TimeoutError" in answer["error"]


@pytest.mark.parametrize("status", ["done", "expired"])
async def test_every_answer_names_the_pool_that_asked(status: str) -> None:
    knows = Happened(Note(text="sent")) if status == "done" else NeverHappened()
    assert (await resolved(knowing(knows), tool_call("send")))["pool"] == "pool"
