"""A failed request to a model is settled at 0 where it surely was not billed, by real servers."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI

from agents.models.openai_compatible import OpenAICompatibleModel
from tests.unit.agents.test_model_pool import model_call, perform

IN_TIME_S = 0.3
Treats = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(treat: Treats) -> Iterator[str]:
    """The URL of a server that reads a whole request and then does this."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            treat(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def asked(url: str) -> OpenAICompatibleModel:
    client = AsyncOpenAI(base_url=url, api_key="key", max_retries=0, timeout=IN_TIME_S)
    return OpenAICompatibleModel(client)


async def settled(url: str) -> tuple[str, bool]:
    """How a call ends there, and whether it costs all that was reserved; else it costs nothing."""
    call = model_call()
    answer = await perform(asked(url), call)
    assert answer["cost_usd_micros"] in {0, call["reserved_usd_micros"]}
    return answer["status"], answer["cost_usd_micros"] > 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:{free_port()}/v1",
        "http://nobody.invalid/v1",
        "nothing://127.0.0.1/v1",
    ],
    ids=["refused", "no such name", "no such protocol"],
)
async def test_a_call_that_never_connected_costs_nothing(url: str) -> None:
    assert await settled(url) == ("failed", False)


async def test_a_server_without_tls_gets_no_request_and_no_money() -> None:
    with served(answers(200)) as url:
        assert await settled(url.replace("http:", "https:")) == ("failed", False)


async def test_a_connection_that_nobody_accepts_in_time_costs_nothing() -> None:
    class Full(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectTimeout("nobody accepts", request=request)

    http = httpx2.AsyncClient(transport=Full())
    model = OpenAICompatibleModel(
        AsyncOpenAI(base_url="http://x/v1", api_key="k", max_retries=0, http_client=http)
    )
    answer = await perform(model, model_call())
    assert (answer["status"], answer["cost_usd_micros"]) == ("failed", 0)


def answers(status: int, **headers: str) -> Treats:
    def treat(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()

    return treat


@pytest.mark.parametrize("status", [401, 429])
async def test_a_provider_that_says_that_it_did_nothing_is_paid_nothing(status: int) -> None:
    with served(answers(status)) as url:
        assert await settled(url) == ("failed", False)


@pytest.mark.parametrize("status", [400, 403, 404, 408, 409, 422, 500, 502, 503, 529])
async def test_any_other_status_may_have_been_billed(status: int) -> None:
    with served(answers(status)) as url:
        assert await settled(url) == ("in_doubt", True)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """The connection is reset once the request is there."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


def hangs_up_in_its_answer(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')


def says_nothing(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.settimeout(5 * IN_TIME_S)
    handler.rfile.read(1)


@pytest.mark.parametrize("treat", [hangs_up, hangs_up_in_its_answer, says_nothing])
async def test_without_a_whole_answer_to_what_was_sent_it_may_have_been_billed(
    treat: Treats,
) -> None:
    with served(treat) as url:
        assert await settled(url) == ("in_doubt", True)


async def test_after_a_redirect_the_first_address_has_had_the_request() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/v1/chat/completions"
    with served(answers(307, Location=nowhere)) as url:
        assert await settled(url) == ("in_doubt", True)
