"""One stroke at a cell's system, while the provider has calls under way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bench.overspend.cells import Cell
from bench.overspend.load import Load, System
from bench.overspend.provider.behaviour import Behaviour
from bench.overspend.provider.client import ProviderProcess
from bench.overspend.provider.tariff import CHEAP

LOOK_S = 0.05
HELD_MS = 1_500
"""How long calls take in cells with a stroke, so that it finds some under way."""
SLOW_MS = 3_000
"""How long every second call takes where its client does not wait for the end."""

Stroke = Callable[[], Awaitable[None]]

BEHAVIOURS: dict[str, Behaviour] = {
    "kill": Behaviour(takes_ms=HELD_MS),
    "kill_pool": Behaviour(takes_ms=HELD_MS),
    "rebalance": Behaviour(takes_ms=HELD_MS),
    "restart": Behaviour(takes_ms=HELD_MS),
    "disconnect": Behaviour(slow_every=2, slow_ms=SLOW_MS),
    "fallback": Behaviour(failing=(CHEAP,)),
    "over_limit": Behaviour(times_limit=3.0),
}
"""How the provider treats a cell, by its fault; as usual where it is not named."""


async def prepare(provider: ProviderProcess, cell: Cell) -> None:
    """Tell the provider how to treat the cell."""
    await provider.behave(cell.account, BEHAVIOURS.get(cell.fault, Behaviour()))


async def loaded(
    provider: ProviderProcess, cell: Cell, system: System, stroke: Stroke | None
) -> Load:
    """Load the system, with the stroke in the middle of its first calls."""
    load = Load(system, cell.in_flight, cell.most_asks)
    if stroke is None:
        await load.run()
        return load
    striking = asyncio.create_task(_strike(provider, cell.account, stroke))
    try:
        await load.run()
        await striking
    finally:
        striking.cancel()
    return load


async def all_billed(provider: ProviderProcess, account: str) -> None:
    """Wait until the provider has billed all that the account asked for."""
    while (await provider.standing(account)).under_way > 0:  # noqa: ASYNC110  another process
        await asyncio.sleep(LOOK_S)


async def _strike(provider: ProviderProcess, account: str, stroke: Stroke) -> None:
    while (await provider.standing(account)).under_way == 0:  # noqa: ASYNC110  another process
        await asyncio.sleep(LOOK_S)
    await stroke()
