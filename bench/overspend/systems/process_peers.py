"""Peers that are a library in one process: the naive sum, and Pydantic AI."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.overspend.cells import Cell, Fault
from bench.overspend.contesting import RunCell, Venue
from bench.overspend.judging import Verdict, admissions_ms, cap_usd_micros, judge
from bench.overspend.load import Answer
from bench.overspend.peers.pipe import Given
from bench.overspend.provider.answering import mark
from bench.overspend.provider.tariff import CHEAP, DEAR, MAX_OUTPUT_TOKENS, UNPRICED
from bench.overspend.striking import all_billed, loaded, prepare
from bench.overspend.systems.piped import Piped
from schemas.errors import SettingError

MODELS: Mapping[str, tuple[str, ...]] = {"fallback": (CHEAP, DEAR), "unpriced": (UNPRICED,)}
NOT_APPLICABLE: Mapping[str, str] = {
    "kill_pool": "what makes the call is the process that counts; see kill",
    "rebalance": "it has no partitions that could move",
}


@dataclass(frozen=True, slots=True)
class ProcessPeer:
    """A peer whose cells are one process each. `python` finds, or makes, its interpreter."""

    name: str
    module: str
    python: Callable[[], Path]
    settings: Mapping[str, str]
    without_store: str
    """Why the restart of a store says nothing about it."""

    def unavailable(self) -> str | None:
        """Whether it can be installed."""
        try:
            self.python()
        except SettingError as error:
            return str(error)
        return None

    def not_applicable(self, fault: Fault) -> str | None:
        """What has no meaning for a library in one process."""
        return {**NOT_APPLICABLE, "restart": self.without_store}.get(fault)

    @asynccontextmanager
    async def running(self, venue: Venue) -> AsyncIterator[RunCell]:
        """Every cell starts a process of its own."""

        async def run_cell(cell: Cell) -> Verdict:
            folder = venue.folder / cell.account
            folder.mkdir(parents=True)
            with (folder / "log").open("wb") as log:
                given = Given(
                    base_url=venue.provider.base_url,
                    folder=str(folder),
                    cap_usd_micros=cap_usd_micros(cell),
                    models=MODELS.get(cell.fault, (CHEAP,)),
                    max_output_tokens=MAX_OUTPUT_TOKENS,
                )
                piped = Piped(self.python(), self.module, given, log)
                return await _tried(venue, cell, piped)

        yield run_cell


@dataclass(frozen=True, slots=True)
class _Asks:
    """The cell's asks, as its fault has them."""

    piped: Piped
    cell: Cell

    async def ask(self, number: int) -> Answer:
        """One ask; with redelivery it comes twice, and the caller hears of the first."""
        if self.cell.fault != "redelivery":
            return await self._once(number)
        first, _ = await asyncio.gather(self._once(number), self._once(-number - 1))
        return first

    async def _once(self, number: int) -> Answer:
        text = f"{mark(self.cell.account, abs(number))} Say that it is done."
        leaves = self.cell.fault == "disconnect" and number % 2 == 0
        return await self.piped.ask(number, text, leaves=leaves)


async def _tried(venue: Venue, cell: Cell, piped: Piped) -> Verdict:
    await prepare(venue.provider, cell)
    await piped.start()
    try:
        stroke = piped.kill if cell.fault == "kill" else None
        load = await loaded(venue.provider, cell, _Asks(piped, cell), stroke)
        await all_billed(venue.provider, cell.account)
    finally:
        await piped.stop()
    bills = venue.provider.bills(cell.account)
    admitted_ms = admissions_ms(load.answers, bills)
    return judge(cell, load.answers, bills, admitted_ms, notes=load.notes())


def own_python() -> Path:
    """The interpreter that runs this."""
    return Path(sys.executable)
