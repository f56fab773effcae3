"""The watchdog of a process: ends it when a partition that it owns does not get on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from aiokafka import TopicPartition

from schemas.errors import Stalled
from streams.adapters.guard import Guard
from streams.adapters.lag import Lag
from streams.adapters.meter import Meter
from streams.adapters.ownership import Ownership
from streams.core.metrics import LAG, NO_PROGRESS
from streams.core.watchdog import Patience, Stall, Standing, stalled, watched

LOOK_S = 2.0
LONGEST_S = 10.0
"""A longer stretch between two looks is a pause of the process, and counts as this much."""

log = logging.getLogger(__name__)


class Watchdog:
    """Looks at all owned partitions every so often. The guard sees that a stalled process ends."""

    def __init__(
        self,
        ownership: Ownership,
        lag: Lag,
        patience: Patience,
        meter: Meter,
        guard: Guard,
    ) -> None:
        self._ownership = ownership
        self._lag = lag
        self._patience = patience
        self._guard = guard
        self._standings: Mapping[int, Standing] = {}
        self._behind: Mapping[TopicPartition, int] = {}
        self._found = ""
        meter.watch(LAG, lambda: sum(list(self._behind.values())))
        meter.watch(NO_PROGRESS, lambda: max((s.seconds for s in self._all()), default=0.0))

    async def run(self) -> None:
        """Look until a partition is stalled. Raises Stalled."""
        looked = monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            self._behind = await self._lag.behind(self._ownership.all_expected())
            now = monotonic()
            self._look(min(now - looked, LONGEST_S))
            looked = now

    def not_live(self) -> str:
        """Why this process should be started anew; empty when it should not."""
        return self._found

    def not_ready(self) -> str:
        """Why this process does not do its part now; empty when it does."""
        return self._found or self._ownership.not_ready()

    def _look(self, elapsed_s: float) -> None:
        looks = self._ownership.looks(self._behind)
        before = self._standings
        self._standings = {at: watched(before.get(at), looks[at], elapsed_s) for at in looks}
        stall = stalled(self._standings, self._patience)
        if stall is not None:
            self._found = _explained(self._ownership.stream, stall)
            log.error("stalled: %s", self._found)
            self._guard.expect_end()
            raise Stalled(self._found)

    def _all(self) -> list[Standing]:
        return list(self._standings.values())


def _explained(stream: str, stall: Stall) -> str:
    since = datetime.now(UTC) - timedelta(seconds=stall.seconds)
    return (
        f"partition {stall.partition} of {stream} {stall.reason} (since "
        f"{since:%Y-%m-%dT%H:%M:%SZ}); the process ends so that it is started anew; {stall.todo}"
    )
