"""LiteLLM's proxies as processes, and what a client of them sees."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.errors import InvalidMeasurement
from bench.overspend.load import Answer, Kind, now_ms
from bench.overspend.provider.tariff import MAX_OUTPUT_TOKENS
from streams.brokers.ports import free_port

PROXIES = 2
READY_TIMEOUT_S = 300.0
LOOK_S = 0.2
REASON_CHARACTERS = 2_000
REFUSALS = ("budget_exceeded", "Budget has been exceeded", "Budget enforcement unavailable")
"""What an answer holds whose reason is the budget."""


@dataclass(slots=True)
class Proxy:
    """One proxy process."""

    program: Path
    config: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, session: aiohttp.ClientSession) -> None:
        """Start it, and wait until it answers. Raises InvalidMeasurement."""
        log = self.config.with_name(f"proxy-{self.port}.log")
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: ASYNC220, S603  our own, and short to start
                [str(self.program), "--config", str(self.config), "--port", str(self.port)],
                cwd=self.config.parent,
                env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        await self._answering(session, self.process, log)
        self.up.set()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.up.clear()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    async def _answering(
        self, session: aiohttp.ClientSession, process: subprocess.Popen[bytes], log: Path
    ) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            try:
                async with session.get(f"{self.url}/health/liveliness"):
                    return
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(LOOK_S)
        raise InvalidMeasurement(f"LiteLLM's proxy did not come up; see {log}")


@dataclass(slots=True)
class Proxies:
    """Some proxies side by side, asked in turn."""

    proxies: list[Proxy]
    session: aiohttp.ClientSession

    async def start(self) -> None:
        """Start all that are not there."""
        await asyncio.gather(*(proxy.start(self.session) for proxy in self.proxies))

    async def kill(self) -> None:
        """End all at once, and start them again."""
        for proxy in self.proxies:
            proxy.kill()
        await self.start()

    async def ask(
        self, number: int, turn: int, key: str, body: dict[str, Any], *, leaves: bool
    ) -> Answer:
        """Ask for one call; a caller that leaves does so after the first piece."""
        proxy = self.proxies[turn % len(self.proxies)]
        await proxy.up.wait()
        asked_at_ms = now_ms()
        kind: Kind
        try:
            kind, reason = await self._asked(proxy, key, {**body, "stream": leaves}, leaves=leaves)
        except (aiohttp.ClientError, TimeoutError) as error:
            kind, reason = "failed", f"{type(error).__name__}: {error}"
        return Answer(number, kind, asked_at_ms, now_ms(), reason)

    async def _asked(
        self, proxy: Proxy, key: str, body: dict[str, Any], *, leaves: bool
    ) -> tuple[Kind, str]:
        said = {**body, "max_tokens": MAX_OUTPUT_TOKENS}
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{proxy.url}/v1/chat/completions"
        async with self.session.post(url, json=said, headers=headers) as reply:
            if reply.ok and leaves:
                await reply.content.readline()
                reply.close()
                return "served", ""
            text = await reply.text()
            if reply.ok:
                return "served", ""
            refused = any(sign in text for sign in REFUSALS)
            return "refused" if refused else "failed", f"{reply.status}: {text[:REASON_CHARACTERS]}"


@asynccontextmanager
async def proxies(program: Path, config: Path) -> AsyncIterator[Proxies]:
    """Proxies that end with the block."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        started = Proxies([Proxy(program, config) for _ in range(PROXIES)], session)
        try:
            await started.start()
            yield started
        finally:
            for proxy in started.proxies:
                proxy.kill()
