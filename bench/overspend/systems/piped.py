"""A peer behind a pipe: one process, that may be killed and is started again at once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from bench.overspend.load import Answer, now_ms
from bench.overspend.peers.pipe import LINE_BYTES, READY, Given

ROOT = Path(__file__).parents[3]
KILLED = "its process was killed"


@dataclass(slots=True)
class Piped:
    """Runs `module` under `python`. Use `start` and `stop`."""

    python: Path
    module: str
    given: Given
    log: IO[bytes]
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _up: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Start the process, and wait until it takes asks."""
        self._process = await asyncio.create_subprocess_exec(
            str(self.python),
            "-m",
            self.module,
            json.dumps(asdict(self.given)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            limit=LINE_BYTES,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        await self._up.wait()

    async def kill(self) -> None:
        """End it at once, as a crash would, and start another."""
        await self._end()
        await self.start()

    async def stop(self) -> None:
        """End it."""
        await self._end()

    async def ask(self, number: int, text: str, *, leaves: bool) -> Answer:
        """Have it make one call."""
        asked_at_ms = now_ms()
        await self._up.wait()
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        await self._write({"ask": number, "text": text, "leaves": leaves})
        said = await waiting
        return Answer(number, said["kind"], asked_at_ms, now_ms(), said["reason"])

    async def _write(self, said: dict[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise RuntimeError("the process was not started")
        process.stdin.write(json.dumps(said).encode() + b"\n")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            raise RuntimeError("the process has no output")
        async for line in process.stdout:
            said = json.loads(line)
            if said["kind"] == READY:
                self._up.set()
            elif (waiting := self._waiting.pop(said["ask"], None)) is not None:
                waiting.set_result(said)
        self._fail_waiting()

    def _fail_waiting(self) -> None:
        for waiting in self._waiting.values():
            waiting.set_result({"kind": "failed", "reason": KILLED})
        self._waiting.clear()

    async def _end(self) -> None:
        process, reading = self._process, self._reading
        if process is None or reading is None:
            return
        self._up.clear()
        process.kill()
        await process.wait()
        await reading
