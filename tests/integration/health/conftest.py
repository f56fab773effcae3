"""Processes that are watched from outside, as a supervisor and a load balancer watch them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from streams.adapters.clients import new_producer
from streams.brokers.ports import free_port
from streams.settings import Settings
from tollway.stack.supervisor import environment
from tollway.topics import ensure_all_topics

PATIENCE_S = 40.0
Answer = tuple[int, dict[str, Any]]
SILENT: Answer = (0, {"ok": False, "reason": "nobody answers"})


def get(port: int, path: str) -> Answer:
    """Status and body; nobody may be there yet, or any more."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())
    except (URLError, ConnectionError):
        return SILENT


def text_of(port: int) -> str:
    """All metrics of a process, as it shows them."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so; fails after a while."""
    async with asyncio.timeout(PATIENCE_S):
        while not await what():  # noqa: ASYNC110  another process has no event
            await asyncio.sleep(0.1)


@dataclass
class Watched:
    """A process, the log that it writes, and its port."""

    process: subprocess.Popen[bytes]
    settings: Settings
    log: Path

    async def get(self, path: str) -> Answer:
        """What it answers."""
        return await asyncio.to_thread(get, self.settings.metrics_port, path)

    async def metric(self, name: str) -> float:
        """The value that it shows of a metric without labels."""
        text = await asyncio.to_thread(text_of, self.settings.metrics_port)
        return next(
            float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} ")
        )

    async def until_status(self, path: str, status: int) -> Answer:
        """Wait until it answers with this status."""
        answers: list[Answer] = []

        async def answered() -> bool:
            assert self.process.poll() is None, self.said()
            answers.append(await self.get(path))
            return answers[-1][0] == status

        await until(answered)
        return answers[-1]

    async def publish(self, count: int = 1) -> None:
        """Inputs that will be decided on: what does not decode becomes a dead letter."""
        topic = self.settings.topic_prefix + "state.intake"
        async with new_producer(self.settings, "test") as producer:
            for _ in range(count):
                await producer.send_and_wait(topic, b"nonsense", key=b"acme", partition=0)

    async def exit_code(self) -> int:
        """Wait until it has ended."""
        return await asyncio.to_thread(self.process.wait, PATIENCE_S)

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text("utf-8")


@asynccontextmanager
async def started(settings: Settings, log: Path, *command: str) -> AsyncIterator[Watched]:
    """A process of its own; topics are made first."""
    own = settings.model_copy(update={"metrics_port": free_port()})
    await ensure_all_topics(own)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220  to begin takes no time
            [sys.executable, "-m", *command],
            env=environment(own),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Watched(process, own, log)
    finally:
        process.kill()
        process.wait()


def last_line(text: str) -> str:
    """What a person reads at the end of a log."""
    return text.rstrip().splitlines()[-1]


def seconds_since(start: float) -> float:
    """On the clock of `time.monotonic`."""
    return time.monotonic() - start
