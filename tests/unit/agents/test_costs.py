"""What a call has cost: at the rates that it carries, for what was used, or at its reservation."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from openai.types import CompletionUsage

from agents.calltypes import model_call_type
from agents.models.interface import Completion
from agents.models.openai_compatible import usage_of
from agents.pools.acting import Performer
from agents.pools.costs import as_quoted
from agents.pools.model import ModelPool, cost_of_failure
from schemas.errors import ToolRefusal
from streams.core.answers import RESULTS
from streams.core.prices import PriceBook, Usage, cost_usd_micros
from tests.builders import CODEC, MODEL, NOON_MS, PRICES, Note, workflow
from tests.unit.agents.acting import Desk, performer, raising, tool_call
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

DEARER = PriceBook.model_validate(
    {
        "version": "tiny-prices-next",
        "models": {
            MODEL: {
                "input_usd_micros_per_million": 9_000_000,
                "output_usd_micros_per_million": 9_000_000,
            }
        },
    }
)
"""What a pool may hold that was deployed after the call was quoted."""


class Says:
    """A model that reports this usage."""

    def __init__(self, usage: Usage | None) -> None:
        self.usage = usage

    async def complete(self, call: Call, request: Any) -> Completion:  # noqa: ARG002
        return Completion("{}", self.usage, "somebody")


def model_call() -> tuple[Journey, Call]:
    journey = Journey()
    journey.start()
    return journey, journey.until_call(MODEL)


async def asked(call: Call, usage: Usage | None, book: PriceBook = PRICES) -> CallResult:
    pool = ModelPool(Says(usage), book, model_call_type(CODEC))
    performing = Performer(pool.wire_type, pool.act, cost_of_failure, lambda: NOON_MS, "pool")
    return await performing.perform(call)


def test_a_call_carries_the_rates_and_the_version_that_it_was_quoted_from() -> None:
    _, call = model_call()
    assert call["rates"] == {"input": 1_000_000, "output": 2_000_000}
    assert call["priced_by"] == workflow().versions["price_book"]
    assert (tool_call()["rates"], tool_call()["priced_by"]) == ({}, "tiny@1")


async def test_a_call_in_flight_is_settled_at_the_prices_that_it_was_quoted_with() -> None:
    _, call = model_call()
    answer = await asked(call, Usage(100, 10), DEARER)
    assert answer["cost_usd_micros"] == 100 * 1 + 10 * 2


@pytest.mark.parametrize("usage", [None, Usage(-1, 5), Usage(5, 5, 6), Usage(10**10, 5)])
async def test_usage_that_is_missing_or_cannot_be_is_settled_at_the_reservation(
    usage: Usage | None, caplog: pytest.LogCaptureFixture
) -> None:
    _, call = model_call()
    answer = await asked(call, usage)
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", call["reserved_usd_micros"])
    assert (answer["input_tokens"], answer["output_tokens"]) == (0, 0)
    assert f"call {call['call_id']} of {MODEL} is settled at its reservation" in caplog.text


async def test_usage_above_the_limit_that_was_sent_is_a_violation_at_its_true_cost() -> None:
    journey, call = model_call()
    answer = await asked(call, Usage(100, 10**6))
    assert answer["cost_usd_micros"] == 100 + 2 * 10**6 > call["reserved_usd_micros"]
    draft = journey.take(RESULTS, CODEC.encode("call_result", answer))
    moved = [(m["entry"], m["amount_usd_micros"]) for m in draft.spend]
    excess = answer["cost_usd_micros"] - call["reserved_usd_micros"]
    assert moved == [("settle", call["reserved_usd_micros"]), ("violation", excess)]


def reported(**fields: Any) -> Usage | None:
    """What is read of a provider's report."""
    report = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, **fields}
    return usage_of(CompletionUsage.model_construct(None, **report))


def test_a_report_is_read_with_its_details() -> None:
    report = CompletionUsage.model_validate(
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
            "completion_tokens_details": {"reasoning_tokens": 40},
        }
    )
    assert usage_of(report) == Usage(100, 50, 30, 20, 40)


def test_a_report_without_details_leaves_them_open_and_none_is_none() -> None:
    assert reported() == Usage(100, 50)
    assert usage_of(None) is None


@pytest.mark.parametrize("odd", [{"prompt_tokens": None}, {"completion_tokens": "many"}])
def test_an_odd_report_is_not_sound(odd: dict[str, Any]) -> None:
    used = reported(**odd)
    assert used is not None
    assert not used.sound


def by_the_second(**changes: Any) -> Call:
    """A call of a tool at 30 micro-USD a second, for two seconds at the most."""
    return tool_call(rates={"second": 30}, reserved_usd_micros=60, act_limit_ms=2_000, **changes)


async def test_a_tool_by_the_second_costs_the_seconds_that_it_began() -> None:
    answer = await performer(Desk()).perform(by_the_second())
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", 30)
    refused = await performer(Desk(raising(ToolRefusal("no")))).perform(by_the_second())
    assert (refused["status"], refused["cost_usd_micros"]) == ("refused", 30)


async def test_a_tool_by_the_second_that_is_ended_at_its_limit_costs_its_reservation() -> None:
    async def forever(_: Call, __: Any) -> Any:
        await asyncio.sleep(60)

    pool = performer(Desk())
    slow = Performer(pool.wire_type, forever, pool.cost_of_failure, lambda: NOON_MS, "p")
    call: Call = {**by_the_second(), "act_limit_ms": 5, "reserved_usd_micros": 30}
    answer = await slow.perform(call)
    assert (answer["status"], answer["cost_usd_micros"]) == ("in_doubt", 30)


@pytest.mark.parametrize(("took_ms", "cost"), [(1, 30), (1_001, 60), (2_000, 60), (2_001, 60)])
def test_time_is_never_billed_above_the_reservation(took_ms: int, cost: int) -> None:
    assert as_quoted(by_the_second(), took_ms) == cost


async def test_time_is_measured_by_the_act_and_not_by_the_wall_clock() -> None:
    def slow() -> Note:
        time.sleep(1.01)
        return Note(text="seen")

    answer = await performer(Desk(slow)).perform(by_the_second())
    assert answer["started_at_ms"] == answer["finished_at_ms"] == NOON_MS
    assert answer["cost_usd_micros"] == 60


def test_a_quote_and_its_settlement_can_be_made_again_from_the_ledger() -> None:
    journey, call = model_call()
    emitted = [
        CODEC.decode("call", emit["value"])
        for draft in journey.drafts
        for emit in draft.decision["emits"]
        if emit["topic"] == "calls.model"
    ]
    (again,) = emitted
    arguments = again["arguments"]
    request = CODEC.decode_bare("model_request", arguments)
    quote = PRICES.quote_usd_micros(again["name"], request, arguments)  # type: ignore[arg-type]
    assert quote == again["reserved_usd_micros"] == call["reserved_usd_micros"]
    assert PRICES.models[again["name"]].rates == again["rates"]
    assert cost_usd_micros(again["rates"], Usage(100, 10)) == 120
