"""`/livez` and `/readyz` of a process: what they answer, and that they ask the event loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from streams.adapters import health as module
from streams.adapters.health import Health, nothing_wrong
from streams.adapters.meter import exposed
from streams.brokers.ports import free_port
from streams.settings import Settings

Answer = tuple[int, Any]
WELL = (200, {"ok": True, "reason": ""})


def get(port: int, path: str) -> Answer:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


class Shown:
    """One process's endpoint, asked as another process would ask."""

    def __init__(self, health: Health, port: int) -> None:
        self.health = health
        self.port = port

    async def __call__(self, path: str) -> Answer:
        return await asyncio.to_thread(get, self.port, path)


@asynccontextmanager
async def showing(health: Health) -> AsyncIterator[Shown]:
    port = free_port()
    with exposed(Settings(metrics_port=port), health):
        yield Shown(health, port)


async def test_a_process_that_starts_is_live_and_not_ready() -> None:
    async with showing(Health()) as shown:
        assert await shown("/livez") == WELL
        assert await shown("/readyz") == (503, {"ok": False, "reason": "it is starting"})


async def test_a_process_is_ready_once_nothing_is_wrong() -> None:
    async with showing(Health()) as shown:
        shown.health.not_ready = nothing_wrong
        assert await shown("/readyz") == WELL


async def test_a_process_that_is_not_live_is_not_ready_either() -> None:
    async with showing(Health(lambda: "partition 3 stands", nothing_wrong)) as shown:
        stalled = (503, {"ok": False, "reason": "partition 3 stands"})
        assert await shown("/livez") == stalled
        assert await shown("/readyz") == stalled


async def test_a_process_whose_event_loop_is_blocked_is_not_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.2)
    async with showing(Health(not_ready=nothing_wrong)) as shown:
        asking = asyncio.gather(shown("/livez"), shown("/readyz"))
        await asyncio.sleep(0)
        time.sleep(0.6)  # noqa: ASYNC251  this is what a blocked loop does
        for status, body in await asking:
            assert status == 503
            assert "the event loop has not answered" in body["reason"]
        assert await shown("/livez") == WELL


async def test_metrics_are_shown_beside_health() -> None:
    async with showing(Health()) as shown:
        with await asyncio.to_thread(urlopen, f"http://127.0.0.1:{shown.port}/metrics") as answer:
            assert b"tollway_no_progress_seconds" in answer.read()
