"""Worker processes that are watched from outside, as a supervisor watches them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench import asking
from bench.errors import InvalidMeasurement
from bench.processes import cpu_seconds
from streams.brokers.ports import free_port
from streams.core.metrics import OWNED
from streams.settings import Settings
from tollway.stack.supervisor import environment

LOOK_S = 0.1
READY = 200


@dataclass(slots=True)
class Worker:
    """One `tollway worker`."""

    settings: Settings
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        """Start the process."""
        own = self.settings.model_copy(update={"metrics_port": self.port})
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tollway", "worker"],
                env=environment(own),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.wait()

    async def until_owns(self, partitions: int) -> None:
        """Until it has been given so many. Raises InvalidMeasurement when it has ended."""
        while await self._owned() != partitions:
            await self._look_again()

    async def until_ready(self) -> None:
        """Until it decides all that it owns. Raises InvalidMeasurement when it has ended."""
        while (await asyncio.to_thread(asking.get, self.port, "/readyz"))[0] != READY:
            await self._look_again()

    def cpu_s(self) -> float:
        """CPU time used so far; 0 before it is started."""
        return cpu_seconds([self.process.pid]) if hasattr(self, "process") else 0.0

    def peak_mib(self) -> float:
        """The most memory that it has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    async def _owned(self) -> float:
        return await asyncio.to_thread(asking.gauge, self.port, OWNED.name)

    async def _look_again(self) -> None:
        if self.process.poll() is not None:
            said = self.log.read_text("utf-8", errors="replace")[-2_000:]
            raise InvalidMeasurement(f"a worker ended by itself; it said:\n{said}")
        await asyncio.sleep(LOOK_S)
