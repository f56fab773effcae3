"""Striking: the schedule's faults, one after another, while runs are under way."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bench.chaos.faults import Fault
from bench.chaos.pace import Pace
from bench.chaos.stack import ChaosSupervisor, OwnBroker
from tollway.stack.supervisor import ProcessGaveUp

LOOK_S = 0.2
GAPS_S = (2.0, 20.0)
"""Between two faults, by chance: some strike while the last is still felt, some come alone."""
JITTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that happened, and the processes that it hit."""

    fault: Fault
    struck_at_ms: int
    ended_at_ms: int
    pids: tuple[int, ...]

    @property
    def resumes_from_ms(self) -> int:
        """From when the time to the next outcome counts."""
        return self.struck_at_ms if self.fault.resumes_from == "struck" else self.ended_at_ms


@dataclass(slots=True)
class Striker:
    """Strikes by the pace of the runs, and keeps the processes running meanwhile."""

    stack: ChaosSupervisor
    broker: OwnBroker | None
    pace: Pace
    seed: int
    say: Callable[[str], None]
    done: list[Struck] = field(default_factory=list)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311  repeatable, not secret

    async def run(self, schedule: Sequence[Fault]) -> None:
        """Strike every fault of the schedule."""
        for fault in schedule:
            await self._await_turn()
            self.pace.strike()
            await asyncio.sleep(self._chance.uniform(0, JITTER_S))
            self.pace.striking = True
            try:
                await self._strike(fault)
            finally:
                self.pace.striking = False
            await asyncio.sleep(self._chance.choice(GAPS_S))

    async def watch(self) -> None:
        """Have ended processes restarted, until cancelled or until the supervisor gives up.

        The runs that it leaves without an outcome are counted as lost.
        """
        try:
            while True:
                self.stack.check()
                await asyncio.sleep(LOOK_S)
        except ProcessGaveUp as error:
            self.say(str(error))

    async def _await_turn(self) -> None:
        while not self.pace.may_strike:  # noqa: ASYNC110  looked at, like the processes
            await asyncio.sleep(LOOK_S)

    async def _strike(self, fault: Fault) -> None:
        pids, under_way = self._victims(fault), self.pace.under_way
        struck_at_ms = now_ms()
        if fault.how == "kill":
            signal_all(pids, signal.SIGKILL)
        elif fault.how == "freeze":
            await self._freeze(pids, fault.lasts_s)
        else:
            await self._restart_broker()
        self.done.append(Struck(fault, struck_at_ms, now_ms(), tuple(pids)))
        self.say(f"{len(self.done):4d}  {fault.name}, {under_way} runs under way")

    async def _freeze(self, pids: Iterable[int], seconds: float) -> None:
        signal_all(pids, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            signal_all(pids, signal.SIGCONT)

    async def _restart_broker(self) -> None:
        if self.broker is None:
            raise RuntimeError("a broker that was started elsewhere is not restarted")
        await asyncio.to_thread(self.broker.restart)

    def _victims(self, fault: Fault) -> list[int]:
        named = sorted(self.stack.pids().items())
        pids = [pid for name, pid in named if name.startswith(fault.who)]
        return pids if fault.everyone or not pids else [self._chance.choice(pids)]


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def now_ms() -> int:
    """Wall-clock time."""
    return time.time_ns() // 1_000_000
