"""Holding the contest: each cell of each system in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.overspend.cells import Cell, Fault
from bench.overspend.judging import Verdict
from bench.overspend.provider.client import ProviderProcess


@dataclass(frozen=True, slots=True)
class NotRun:
    """A cell that was not tried, and why."""

    cell: Cell
    reason: str


Result = Verdict | NotRun


@dataclass(frozen=True, slots=True)
class Venue:
    """What every system is given."""

    provider: ProviderProcess
    data_dir: Path
    folder: Path
    """For what a system writes while it is tried."""


RunCell = Callable[[Cell], Awaitable[Verdict]]


class Contestant(Protocol):
    """One system."""

    @property
    def name(self) -> str:
        """Its name in the results."""

    @property
    def settings(self) -> Mapping[str, str]:
        """Versions and settings that it is tried with, by name."""

    def unavailable(self) -> str | None:
        """Why it cannot be tried here, or None when it can."""

    def not_applicable(self, fault: Fault) -> str | None:
        """Why a fault makes no sense for it, or None when it does."""

    def running(self, venue: Venue) -> AbstractAsyncContextManager[RunCell]:
        """Start what its cells share; the block's value runs one of them."""


async def contest(
    contestant: Contestant, venue: Venue, cells: list[Cell], say: Callable[[str], None]
) -> AsyncIterator[Result]:
    """The results of one system's cells, in order. What it raises ends them all."""
    if reason := contestant.unavailable():
        for cell in cells:
            yield NotRun(cell, reason)
        return
    async with contestant.running(venue) as run_cell:
        for cell in cells:
            if reason := contestant.not_applicable(cell.fault):
                yield NotRun(cell, f"n/a: {reason}")
                continue
            verdict = await run_cell(cell)
            say(f"{cell.account}: spent/cap {verdict.spent_over_cap:.4f}")
            yield verdict
