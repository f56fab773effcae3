"""How each fault strikes Tollway."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from bench.chaos.stack import OwnBroker
from bench.chaos.striking import signal_all
from bench.overspend.striking import Stroke
from streams.settings import Settings
from tollway.stack.roles import Role
from tollway.stack.supervisor import Supervisor

JOINED_S = 8.0
"""How long the joining worker stays: it is given partitions, and gives them back."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """A deployment and what may be done to it."""

    stack: Supervisor
    settings: Settings
    folder: Path
    broker: OwnBroker | None

    def of(self, fault: str) -> Stroke | None:
        """The stroke of a fault; None for one that strikes by the load or the provider."""
        strokes = {
            "kill": self.kill_workers,
            "kill_pool": self.kill_pool,
            "rebalance": self.rebalance,
            "restart": self.restart,
        }
        return strokes.get(fault)

    async def kill_workers(self) -> None:
        """Every worker at once, so that the one which counts is among them."""
        self._kill("worker")

    async def kill_pool(self) -> None:
        """The pool that has the calls under way."""
        self._kill("pool-model")

    async def rebalance(self) -> None:
        """One more worker, for a while."""
        with Supervisor(self.settings, self.folder / "logs-joining") as joining:
            joining.start([Role("worker-joining", ("worker",))])
            await asyncio.sleep(JOINED_S)

    async def restart(self) -> None:
        """Kafka, on the same records."""
        if self.broker is None:
            raise RuntimeError("a broker that was started elsewhere is not restarted")
        await asyncio.to_thread(self.broker.restart)

    def _kill(self, who: str) -> None:
        pids = [pid for name, pid in self.stack.pids().items() if name.startswith(who)]
        signal_all(pids, signal.SIGKILL)
