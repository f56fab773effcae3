"""The fake provider over real HTTP: what it answers, and what its meter says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, InternalServerError

from agents.models.answers import Plan, parse
from agents.models.openai_compatible import connect
from bench.overspend.provider.answering import mark
from bench.overspend.provider.behaviour import Behaviour
from bench.overspend.provider.client import ProviderProcess, provider
from bench.overspend.provider.tariff import CHEAP, bill_usd_picos
from bench.overspend.striking import all_billed
from schemas.examples import example

ACCOUNT = "acme"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    with provider(tmp_path_factory.mktemp("provider")) as started:
        yield started


def client(running: ProviderProcess) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=running.base_url, api_key="none", max_retries=0)


def message(account: str, ask: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": mark(account, ask)}]


async def test_tollways_own_client_is_answered_and_billed_what_it_is_told(
    running: ProviderProcess,
) -> None:
    call: Any = example("call", "typical")
    request: Any = example("model_request", "typical")
    call = {**call, "name": CHEAP}
    request = {**request, "request": mark(ACCOUNT, 7), "answer_schema": "plan"}

    answer = await connect(running.base_url, "none").complete(call, request)

    (bill,) = running.bills(ACCOUNT)
    used = answer.usage
    assert used is not None
    assert parse(Plan, answer.answer_json).complete
    assert (bill.input_tokens, bill.output_tokens) == (used.input_tokens, used.output_tokens)
    assert bill.limit_tokens / 2 <= bill.output_tokens <= bill.limit_tokens
    assert bill.usd_picos == bill_usd_picos(CHEAP, used.input_tokens, used.output_tokens)


async def test_a_client_that_leaves_in_the_middle_is_billed_to_the_end(
    running: ProviderProcess,
) -> None:
    await running.behave("leaver", Behaviour(takes_ms=500))
    body: Any = {"model": CHEAP, "messages": message("leaver", 1), "max_tokens": 1000}
    stream = await client(running).chat.completions.create(**body, stream=True)
    await anext(aiter(stream))
    await stream.close()
    await all_billed(running, "leaver")

    (bill,) = running.bills("leaver")
    assert bill.client_left
    assert bill.output_tokens >= 500


async def test_a_stream_ends_with_what_it_used(running: ProviderProcess) -> None:
    body: Any = {"model": CHEAP, "messages": message("reader", 1), "max_tokens": 1000}
    stream = await client(running).chat.completions.create(**body, stream=True)
    chunks = [chunk async for chunk in stream]

    (bill,) = running.bills("reader")
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert len(text) == bill.output_tokens
    assert chunks[-1].usage.completion_tokens == bill.output_tokens


async def test_a_failing_model_bills_nothing(running: ProviderProcess) -> None:
    await running.behave("unlucky", Behaviour(failing=(CHEAP,)))
    body: Any = {"model": CHEAP, "messages": message("unlucky", 1), "max_tokens": 1000}
    with pytest.raises(InternalServerError):
        await client(running).chat.completions.create(**body)
    assert not running.bills("unlucky")


async def test_a_provider_that_breaks_its_limit_bills_what_it_wrote(
    running: ProviderProcess,
) -> None:
    await running.behave("breaker", Behaviour(times_limit=3.0))
    body: Any = {"model": CHEAP, "messages": message("breaker", 1), "max_tokens": 1000}
    await client(running).chat.completions.create(**body)

    (bill,) = running.bills("breaker")
    assert bill.output_tokens > bill.limit_tokens == 1000
