"""Tools over HTTP, against a server of this test's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from agents.tools.http import IDEMPOTENCY_HEADER, HttpToolbox
from agents.tools.spec import CallContext, Happened, NeverHappened, Reconciler
from schemas.errors import NonConforming, SettingError, ToolRefusal
from tests.builders import Note, tool

CONTEXT = CallContext("run", "acme", "ann", "run.1.1", "run.1", 10)


class Service:
    """Answers what a test says, and notes what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body: bytes = b"{}"
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []

    def says(self, status: int, answer: Any) -> None:
        """What every request is answered from now on; bytes as they are."""
        self.status = status
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()


@pytest.fixture
def service() -> Service:
    """A service that nobody has asked yet."""
    return Service()


@pytest.fixture
def toolbox(service: Service) -> Iterator[HttpToolbox]:
    """The toolbox at its address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size)
            asked = json.loads(body) if body else None
            service.asked.append((self.command, self.path, dict(self.headers), asked))
            self.send_response(service.status)
            self.end_headers()
            self.wfile.write(service.body)

        do_POST = do_GET = _answer  # noqa: N815  the names that the standard library asks for

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tools = HttpToolbox(f"http://127.0.0.1:{server.server_port}/tools", [tool("send", writes=True)])
    yield tools
    tools.close()
    server.shutdown()
    server.server_close()


def test_a_call_is_one_post_with_its_arguments_and_its_key(
    toolbox: HttpToolbox, service: Service
) -> None:
    service.says(200, {"text": "sent"})
    assert toolbox.perform("send", Note(text="hello"), CONTEXT) == Note(text="sent")
    ((method, path, headers, body),) = service.asked
    assert (method, path, body) == ("POST", "/tools/send", {"text": "hello"})
    assert headers[IDEMPOTENCY_HEADER] == "run.1"
    assert headers["Tollway-Call-Id"] == "run.1.1"


def test_a_refusal_has_the_words_of_the_service(toolbox: HttpToolbox, service: Service) -> None:
    service.says(422, {"error": "Error: sold out"})
    with pytest.raises(ToolRefusal, match=r"^Error: sold out$"):
        toolbox.perform("send", Note(text="x"), CONTEXT)


@pytest.mark.parametrize(
    "answer", [{"text": 5}, {"words": "sent"}, {}, [1], b"<html>", {"text": "x", "more": 1}]
)
def test_an_answer_that_does_not_conform_is_no_result(
    toolbox: HttpToolbox, service: Service, answer: Any
) -> None:
    service.says(200, answer)
    with pytest.raises(NonConforming):
        toolbox.perform("send", Note(text="x"), CONTEXT)


def test_a_broken_service_is_no_refusal_and_is_asked_once(
    toolbox: HttpToolbox, service: Service
) -> None:
    service.says(503, {"error": "down"})
    with pytest.raises(httpx2.HTTPStatusError):
        toolbox.perform("send", Note(text="x"), CONTEXT)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("status", "known"),
    [(200, Happened(Note(text="sent"))), (404, NeverHappened()), (500, None), (202, None)],
)
def test_the_service_is_asked_whether_an_effect_is_there(
    toolbox: HttpToolbox, service: Service, status: int, known: Any
) -> None:
    service.says(status, {"text": "sent"})
    assert isinstance(toolbox, Reconciler)
    assert toolbox.reconcile("send", CONTEXT) == known
    assert service.asked[0][:2] == ("GET", "/tools/send/effects/run.1")


def test_a_tool_that_is_not_of_this_toolbox_is_named(toolbox: HttpToolbox) -> None:
    with pytest.raises(NonConforming, match="burn is unknown; known are send"):
        toolbox.perform("burn", Note(text="x"), CONTEXT)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="is no URL"):
        HttpToolbox("http://[::1", [])
