"""The model pool bills what was used; what was sent is never more than what was reserved for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from agents.calltypes import model_call_type
from agents.models.answers import ANSWERS
from agents.models.interface import Completion, Model, ModelFailed, ModelUnavailable
from agents.models.openai_compatible import connect
from agents.models.router import FirstThatCan
from agents.pools.acting import Performer
from agents.pools.model import ModelPool, cost_of_failure
from streams.core.counting import FRAMING_TOKENS
from streams.core.prices import Usage
from tests.builders import CODEC, NOON_MS, PRICES
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, ModelRequest


@dataclass
class Says:
    """A model with one thing to say, or one way to fail."""

    what: Completion | Exception

    async def complete(self, call: Call, request: ModelRequest) -> Completion:  # noqa: ARG002
        if isinstance(self.what, Exception):
            raise self.what
        return self.what


def model_call() -> Call:
    journey = Journey()
    journey.start()
    return journey.until_call("tiny-model")


async def perform(model: Model, call: Call) -> CallResult:
    pool = ModelPool(model, PRICES, model_call_type(CODEC))
    performer = Performer(pool.wire_type, pool.act, cost_of_failure, lambda: NOON_MS, "pool")
    return await performer.perform(call)


async def test_a_model_costs_what_it_used_by_the_price_book() -> None:
    answer = await perform(Says(Completion("{}", Usage(100, 10), "somebody")), model_call())
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", 100 * 1 + 10 * 2)
    assert (answer["input_tokens"], answer["output_tokens"]) == (100, 10)
    assert answer["provider"] == "somebody"


async def test_nothing_sent_costs_nothing_and_anything_else_may_have_been_billed() -> None:
    call = model_call()
    unsent = await perform(Says(ModelUnavailable("no key")), call)
    broken = await perform(Says(ModelFailed("reset")), call)
    odd = await perform(Says(RuntimeError("?")), call)
    ended = [answer["status"] for answer in (unsent, broken, odd)]
    assert ended == ["refused", "in_doubt", "failed"]
    assert unsent["cost_usd_micros"] == 0
    assert broken["cost_usd_micros"] == odd["cost_usd_micros"] == call["reserved_usd_micros"] > 0


async def test_a_model_without_a_price_is_not_asked() -> None:
    call: Call = {**model_call(), "name": "unpriced"}
    answer = await perform(Says(RuntimeError("asked")), call)
    assert (answer["status"], answer["cost_usd_micros"]) == ("rejected", 0)


async def test_the_first_model_that_can_answers() -> None:
    models = FirstThatCan(
        (Says(ModelUnavailable("not I")), Says(Completion("{}", Usage(1, 1), "second")))
    )
    assert (await perform(models, model_call()))["provider"] == "second"


async def test_a_model_that_failed_is_not_followed_by_another() -> None:
    models = FirstThatCan(
        (Says(ModelFailed("broke")), Says(Completion("{}", Usage(1, 1), "second")))
    )
    assert (await perform(models, model_call()))["status"] == "in_doubt"


class Provider(BaseHTTPRequestHandler):
    """An address that keeps what it is sent, and is always out of order."""

    received: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_error(500)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    """Its base URL."""
    Provider.received.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("schema", ANSWERS)
async def test_all_that_is_sent_is_within_what_was_reserved_for(schema: str, provider: str) -> None:
    """Every byte of the request may be a token, and a few more frame each of its two messages."""
    request: ModelRequest = {
        "system": "Be brief.",
        "request": "Hello",
        "context": "",
        "answer_schema": schema,
        "max_output_tokens": 7,
    }
    with pytest.raises(ModelFailed):
        await connect(provider, "key").complete(model_call(), request)
    (sent,) = Provider.received
    body = json.loads(sent)
    texts = [message["content"] for message in body["messages"]]
    used = len("".join([*texts, json.dumps(body["response_format"])]).encode())
    arguments = model_call_type(CODEC).encode_arguments(request)
    assert used + 100 <= len(arguments) + FRAMING_TOKENS
    assert body["max_completion_tokens"] == 7
