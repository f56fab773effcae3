"""Crashes at named points: which process is running, and when it ends."""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from streams.adapters.crash_points import CrashPoint

RARE, FIRST_TIMES, ONLY = 0.0003, 0.1, 0.1
"""How likely a point ends the process: at least, when it is new, and when it is the only one."""


class Crashed(BaseException):
    """The process ended at a crash point. Nothing in it may catch this."""


class Mortal(Protocol):
    """A process that can end."""

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""

    def crash(self) -> None:
        """End at once."""


RUNNING: ContextVar[Mortal | None] = ContextVar("RUNNING", default=None)
"""The process whose code runs: its tasks and callbacks carry it in their context."""


@dataclass
class Crashes:
    """Ends processes at crash points, at some that are drawn or only at one."""

    random: Random
    only: CrashPoint | None = None
    active: bool = True
    reached: Counter[CrashPoint] = field(default_factory=Counter)
    struck: Counter[CrashPoint] = field(default_factory=Counter)

    def hook(self, point: CrashPoint) -> None:
        """Ends the running process now and then. Raises Crashed."""
        process = RUNNING.get()
        if process is None or not process.alive or not self.active:
            return
        self.reached[point] += 1
        if self.random.random() < self._likely(point):
            self.struck[point] += 1
            process.crash()
            raise Crashed(point.name)

    def _likely(self, point: CrashPoint) -> float:
        if self.only is not None:
            return ONLY if point is self.only else 0.0
        return max(RARE, FIRST_TIMES / self.reached[point])
