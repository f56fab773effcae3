"""Keeping a number of runs under way and timing each. Standard library only: peers import it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from bench.measured import Load


class Runs(Protocol):
    """Where runs are started and seen to end, by number."""

    async def start(self, number: int) -> None:
        """Begin run `number`."""

    async def ended(self) -> Iterable[int]:
        """Wait for runs to end. Raises when none does for long."""


@dataclass(slots=True)
class Driver:
    """Drives one system; every run has a number of its own."""

    runs: Runs
    next_number: int = 0
    _started: dict[int, float] = field(default_factory=dict)

    async def drive(self, count: int, in_flight: int) -> Sequence[float]:
        """Start `count` runs, at most `in_flight` at once, and return how long each took, in ms."""
        numbers = iter(range(self.next_number, self.next_number + count))
        self.next_number += count
        latencies_ms: list[float] = []
        while len(latencies_ms) < count:
            for number in islice(numbers, in_flight - len(self._started)):
                self._started[number] = time.perf_counter()
                await self.runs.start(number)
            ended = await self.runs.ended()
            now = time.perf_counter()
            latencies_ms += [(now - self._started.pop(number)) * 1000 for number in ended]
        return latencies_ms

    async def warm_up_and_idle(self, load: Load) -> Sequence[float]:
        """What comes before the loaded part; returns how long runs took one at a time, in ms."""
        await self.drive(load.warm_up_runs, load.in_flight)
        return await self.drive(load.idle_runs, 1)
