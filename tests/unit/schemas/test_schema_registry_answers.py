"""What is made of a registry that is down, says no, or answers nonsense.

A real registry stands behind tests/integration/test_schema_registry.py; this one only fails.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from schemas import registry as module
from schemas.catalogue import catalogue
from schemas.errors import SettingError
from schemas.registry import TIMEOUT_S, SchemaRegistry
from schemas.topics import topics

INTAKE = [topics()["intake"]]
VERSIONS = catalogue().current["versions"].definition
NOT_FOUND = (404, {"error_code": 40403, "message": "Schema not found"})


class Scripted(HTTPServer):
    """Answers every request with the next answer, the last one for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, Any]] = []
        self.requests: list[tuple[str, str, str | None]] = []
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, credentials: str = "") -> str:
        return f"http://{credentials}127.0.0.1:{self.server_port}/api"


class Handler(BaseHTTPRequestHandler):
    """Records the request and answers from the script."""

    server: Scripted

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, self.headers["Authorization"]))
        script = self.server.answers
        status, body = script.pop(0) if len(script) > 1 else script[0]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.shutdown()
    scripted.server_close()


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, {"message": "Unauthorized"}, "refused .* with 401: Unauthorized; check the user"),
        (403, {"message": "No"}, "refused .* with 403: No; allow this user to read and to reg"),
        (409, {"message": "unlike 1"}, "refused .* with 409: unlike 1; its subject holds what"),
        (500, b"<html>", "refused .* with 500: no registry at this path; check its URL"),
        (404, b"<html>", "refused .* with 404: no registry at this path; check its URL"),
        (200, b"<html>", "gave no id for intake-value: .*; check its URL"),
        (200, {"ok": True}, "gave no id for intake-value: .*; check its URL"),
        (200, ["x"], "gave no id for intake-value: .*; check its URL"),
        (*NOT_FOUND, "gave no id for intake-value: Schema not found; check its URL"),
    ],
)
def test_a_refused_registration_names_the_reason(
    server: Scripted, status: int, body: Any, reason: str
) -> None:
    server.answers = [(status, body)]
    with (
        SchemaRegistry(server.url()) as registry,
        pytest.raises(SettingError, match=f"schema registry 127.0.0.1 {reason}"),
    ):
        registry.register(INTAKE, catalogue())


def test_a_registry_that_is_down_is_named(server: Scripted) -> None:
    url = server.url("key:secret@")
    server.shutdown()
    server.server_close()
    with SchemaRegistry(url) as registry, pytest.raises(SettingError, match="did not answer") as e:
        registry.lookup(1)
    assert "secret" not in str(e.value)


def test_a_url_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="the URL of the schema registry cannot be used"):
        SchemaRegistry("http://[::1")
    with (
        SchemaRegistry("localhost:8081") as registry,
        pytest.raises(SettingError, match="did not answer GET schemas/ids/1: UnsupportedProtocol"),
    ):
        registry.lookup(1)


def test_a_registry_that_is_slow_is_not_waited_for(server: Scripted) -> None:
    server.shutdown()
    began = time.monotonic()
    with (
        SchemaRegistry(server.url(), timeout_s=0.05) as registry,
        pytest.raises(SettingError, match="did not answer GET schemas/ids/1: ReadTimeout"),
    ):
        registry.lookup(1)
    assert time.monotonic() - began < TIMEOUT_S / 2


def test_credentials_in_the_url_are_sent(server: Scripted) -> None:
    server.answers = [(200, {"id": 3})]
    with SchemaRegistry(server.url("key:secret@")) as registry:
        registry.register(INTAKE, catalogue(), prefix="blue.")
    assert server.requests == [
        ("POST", "/api/subjects/blue.intake-value/versions", "Basic a2V5OnNlY3JldA==")
    ]


def test_one_contract_with_two_ids_is_refused(server: Scripted) -> None:
    server.answers = [(200, {"id": 3}), (200, {"id": 4})]
    pair = [topics()["intake"], topics()["state.intake"]]
    with (
        SchemaRegistry(server.url()) as registry,
        pytest.raises(SettingError, match=r"the ids 3 and 4 \(state\.intake-value"),
    ):
        registry.register(pair, catalogue())


def test_an_id_that_was_not_found_is_not_asked_for_again_for_a_while(server: Scripted) -> None:
    server.answers = [NOT_FOUND]
    with SchemaRegistry(server.url()) as registry:
        assert registry.lookup(5) is None
        assert registry.lookup(5) is None
    assert len(server.requests) == 1


def test_an_id_that_was_not_found_is_asked_for_again_in_time(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNKNOWN_FOR_S", 0.0)
    server.answers = [NOT_FOUND, (200, {"schema": json.dumps(VERSIONS)})]
    with SchemaRegistry(server.url()) as registry:
        assert registry.lookup(5) is None
        found = registry.lookup(5)
    assert found is not None
    assert (found.name, found.schema_id, found.definition) == ("versions", 5, VERSIONS)


def test_the_memory_of_unknown_ids_is_bounded(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_UNKNOWN_AT_MOST", 2)
    server.answers = [NOT_FOUND]
    with SchemaRegistry(server.url()) as registry:
        for schema_id in (1, 2, 3, 1):
            assert registry.lookup(schema_id) is None
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "answer",
    [
        {"schema": "not json"},
        {"schema": '"string"'},
        {"schema": '{"type": "record"}'},
        {"schema": '{"type": "record", "name": "A", "fields": [{"name": "a", "type": "B"}]}'},
        {"schema": 'syntax = "proto3";', "schemaType": "PROTOBUF"},
        {"schema": '{"type": "object", "title": "A"}', "schemaType": "JSON"},
    ],
)
def test_what_cannot_be_read_alone_as_avro_is_unknown(server: Scripted, answer: Any) -> None:
    server.answers = [(200, answer)]
    with SchemaRegistry(server.url()) as registry:
        assert registry.lookup(1) is None


def test_a_failure_is_not_taken_for_an_unknown_id(server: Scripted) -> None:
    server.answers = [(503, {"message": "starting"}), NOT_FOUND]
    with SchemaRegistry(server.url()) as registry:
        with pytest.raises(SettingError, match="refused GET schemas/ids/1 with 503: starting"):
            registry.lookup(1)
        assert registry.lookup(1) is None
