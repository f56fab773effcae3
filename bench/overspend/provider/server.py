"""The provider's interface: chat completions, plain and streamed, and a word to the harness.

A call that has come in is generated and billed to its end, whether or not its client still
listens, as providers do for answers that do not stream and most do for those that do.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from bench.overspend.provider.answering import Asked, length_tokens, read, text_of
from bench.overspend.provider.behaviour import Behaviour, Standing
from bench.overspend.provider.meter import Meter, bill, now_ms
from bench.overspend.provider.tariff import RATES

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECES = 10
"""A streamed answer comes in so many."""


@dataclass(slots=True)
class Provider:
    """Serves every account."""

    meter: Meter
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=lambda: defaultdict(Standing))

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=2**22)
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_put("/accounts/{account}", self.behave)
        app.router.add_get("/accounts/{account}", self.standing)
        return app

    async def behave(self, request: web.Request) -> web.Response:
        """Take in how to treat an account."""
        said = Behaviour.model_validate_json(await request.read())
        self.behaviours[request.match_info["account"]] = said
        return web.Response()

    async def standing(self, request: web.Request) -> web.Response:
        """How many calls an account has made."""
        return web.Response(text=self.standings[request.match_info["account"]].model_dump_json())

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Serve one call."""
        arrived_at_ms = now_ms()
        try:
            asked = read(orjson.loads(await request.read()))
        except (ValueError, KeyError) as error:
            return web.json_response({"error": {"message": str(error)}}, status=400)
        behaviour = self.behaviours.get(asked.account, Behaviour())
        if asked.model not in RATES:
            return web.json_response({"error": {"message": f"no {asked.model}"}}, status=404)
        if asked.model in behaviour.failing:
            return web.json_response({"error": {"message": "out of order"}}, status=500)
        with self._under_way(asked.account):
            return await self._serve(request, asked, behaviour, arrived_at_ms)

    async def _serve(
        self, request: web.Request, asked: Asked, behaviour: Behaviour, arrived_at_ms: float
    ) -> web.StreamResponse:
        tokens = int(length_tokens(asked) * behaviour.times_limit)
        answer = _Answer(request, asked, tokens)
        response = await answer.generate(behaviour.takes_s(asked.ask))
        self.meter.count(bill(asked, tokens, arrived_at_ms, client_left=answer.client_left))
        return response or await answer.end()

    @contextmanager
    def _under_way(self, account: str) -> Iterator[None]:
        self._count(account, arrived=1, under_way=1)
        try:
            yield
        finally:
            self._count(account, arrived=0, under_way=-1)

    def _count(self, account: str, *, arrived: int, under_way: int) -> None:
        now = self.standings[account]
        changes = {"arrived": now.arrived + arrived, "under_way": now.under_way + under_way}
        self.standings[account] = Standing(**changes)


@dataclass(slots=True)
class _Answer:
    """One answer on its way."""

    request: web.Request
    asked: Asked
    tokens: int
    client_left: bool = False
    stream: web.StreamResponse | None = None

    async def generate(self, seconds: float) -> web.Response | None:
        """Take the time, sending pieces when the answer streams; the whole answer otherwise."""
        if not self.asked.streams:
            await asyncio.sleep(seconds)
            transport = self.request.transport
            self.client_left = transport is None or transport.is_closing()
            return web.json_response(self._whole())
        text = text_of(self.asked, self.tokens)
        size = -(-len(text) // PIECES)
        self.stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await self.stream.prepare(self.request)
        for start in range(0, len(text), size):
            await self._send({"choices": [self._delta(text[start : start + size])]})
            await asyncio.sleep(seconds / PIECES)
        return None

    async def end(self) -> web.StreamResponse:
        """The end of a stream, with what it used."""
        stop = {"index": 0, "delta": {}, "finish_reason": "stop"}
        await self._send({"choices": [stop]})
        await self._send({"choices": [], "usage": self._usage()})
        await self._write(b"data: [DONE]\n\n")
        if self.stream is None:
            raise RuntimeError("nothing was streamed")
        return self.stream

    async def _send(self, chunk: dict[str, Any]) -> None:
        said = {**self._head("chat.completion.chunk"), **chunk}
        await self._write(b"data: " + orjson.dumps(said) + b"\n\n")

    async def _write(self, data: bytes) -> None:
        if self.stream is None or self.client_left:
            return
        try:
            await self.stream.write(data)
        except ConnectionError:
            self.client_left = True

    def _whole(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": text_of(self.asked, self.tokens)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self._usage()}

    def _head(self, kind: str) -> dict[str, Any]:
        identity = f"{self.asked.account}-{self.asked.ask}"
        return {
            "id": identity,
            "object": kind,
            "created": int(time.time()),
            "model": self.asked.model,
        }

    def _delta(self, piece: str) -> dict[str, Any]:
        delta = {"role": "assistant", "content": piece}
        return {"index": 0, "delta": delta, "finish_reason": None}

    def _usage(self) -> dict[str, int]:
        used = {"prompt_tokens": self.asked.input_tokens, "completion_tokens": self.tokens}
        return {**used, "total_tokens": sum(used.values())}
