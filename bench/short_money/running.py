"""A few requests with plenty tell the price; then all of them come, with part of the money."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bench.errors import InvalidMeasurement
from bench.short_money.counting import Counts, counts
from bench.short_money.watching import Watching
from bench.workloads.retail_copy import RetailCopy
from schemas.codec import Codec
from streams.adapters.clients import new_producer
from streams.settings import Settings
from streams.sources.opening import open_source
from tollway.budget.reading import LedgerReading, now_ms
from tollway.commands import command_of, publish
from tollway.stack.roles import Role
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

CODEC = Codec()
NAME = "retail_short"
ROOMY, SHORT = "roomy", "short"
"""Workspaces: one with plenty, in which a few requests tell what one costs, and the one of all."""
SAMPLE = 10
UNDER_WAY = 32
"""Runs of a partition. A cap must have room for what they hold, beside what is spent."""
LADDER = [
    {"rung": "summarized_context", "max_prompt_bytes": 4_000, "at_percent": 60},
    {"rung": "smaller_output", "max_output_tokens": 400, "at_percent": 70},
    {"rung": "cheaper_model", "model": "small", "at_percent": 90},
    {"rung": "pause", "hours": 24},
]
ROLES = (
    Role("gateway", ("gateway",)),
    Role("worker", ("worker",)),
    Role("pool-model", ("pool", "model")),
    Role("pool-retrieval", ("pool", "retrieval")),
    Role("pool-tool", ("pool", "tool")),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one request costs with plenty, how all went with less, and after the cap was raised."""

    requests: int
    usual_usd_micros: int
    short: Counts
    raised: Counts | None
    took_s: float


@dataclass(frozen=True, slots=True)
class ShortMoney:
    """So many requests, with money for `percent` of them; store and logs are in `folder`."""

    requests: int
    percent: int
    folder: Path
    say: Callable[[str], None]
    stalled_after_s: float = 180.0

    async def run(self, base: Settings) -> Found:
        """Run it. Raises InvalidMeasurement when nothing is decided for long."""
        copy = RetailCopy(self.folder, NAME, self.requests + SAMPLE, self.requests + SAMPLE)
        prefix = f"short-{uuid4().hex[:8]}."
        given = {"data_dir": self.folder, "open_runs": UNDER_WAY, "topic_prefix": prefix}
        settings = copy.prepare(base.model_copy(update=given), _with_ladder)
        await ensure_all_topics(settings)
        began = time.monotonic()
        with Supervisor(settings, self.folder / "logs") as stack:
            stack.start(ROLES)
            async with open_source(settings, None) as source:
                stage = _Stage(self, settings, copy, stack, source)
                usual = await stage.usual_usd_micros()
                cap = usual * self.requests * self.percent // 100
                short = await stage.short(cap, self._events(copy))
                raised = await stage.raised(usual * self.requests) if short.paused else None
        return Found(self.requests, usual, short, raised, time.monotonic() - began)

    def _events(self, copy: RetailCopy) -> Iterable[IntakeEvent]:
        return (copy.event(number, SHORT) for number in range(SAMPLE, SAMPLE + self.requests))


@dataclass(slots=True)
class _Stage:
    asked: ShortMoney
    settings: Settings
    copy: RetailCopy
    stack: Supervisor
    source: Any
    _short: Watching = field(init=False)

    def __post_init__(self) -> None:
        self._short = self._watching(SHORT)

    async def usual_usd_micros(self) -> int:
        """What a request costs where nothing is short, on average, rounded up."""
        watching = self._watching(ROOMY)
        events = [self.copy.event(number, ROOMY) for number in range(SAMPLE)]
        await self._publish(events)
        await self._until(watching, lambda: len(watching.outcomes) == SAMPLE)
        costs = [outcome["spent_usd_micros"] for outcome in watching.outcomes.values()]
        return -(-sum(costs) // SAMPLE)

    async def short(self, cap_usd_micros: int, events: Iterable[IntakeEvent]) -> Counts:
        """All of them under this cap; counted once each has ended or waits for money."""
        await self._set_cap(cap_usd_micros, f"{self.asked.percent} % of what all would cost")
        await self._publish(events)
        await self._until(self._short, self._all_stand)
        return counts(self._short, cap_usd_micros, self.copy.store_url)

    async def raised(self, cap_usd_micros: int) -> Counts:
        """Those that wait go on under a higher cap, to their ends."""
        await self._set_cap(cap_usd_micros, "those that wait may go on")
        await self._until(self._short, lambda: len(self._short.outcomes) == self.asked.requests)
        return counts(self._short, cap_usd_micros, self.copy.store_url)

    def _all_stand(self) -> bool:
        stand = len(self._short.outcomes) + len(self._short.paused())
        return stand == self.asked.requests

    async def _set_cap(self, usd_micros: int, why: str) -> None:
        rules = self._short.rules
        before = rules["control.cap_set"]
        await publish(self.settings, CODEC, [_cap(usd_micros, why)])
        await self._until(self._short, lambda: rules["control.cap_set"] > before)
        self.asked.say(f"a cap of {usd_micros} micro-USD: {why}")

    async def _until(self, watching: Watching, done: Callable[[], bool]) -> None:
        news, seen = time.monotonic(), -1
        while not done():
            self.stack.check()
            await asyncio.sleep(0.5)
            await watching.look()
            if watching.decisions != seen:
                news, seen = time.monotonic(), watching.decisions
            if time.monotonic() - news > self.asked.stalled_after_s:
                raise InvalidMeasurement(f"nothing was decided for {self.asked.stalled_after_s} s")

    async def _publish(self, events: Iterable[IntakeEvent]) -> None:
        async with new_producer(self.settings, "short-money") as producer:
            for event in events:
                value = CODEC.encode("intake_event", event)
                topic, key = self.settings.topic_prefix + "intake", event["workspace"].encode()
                await producer.send_and_wait(topic, value, key=key)

    def _watching(self, workspace: str) -> Watching:
        return Watching(LedgerReading(self.source, CODEC, now_ms()), workspace)


def _with_ladder(contract: dict[str, Any]) -> dict[str, Any]:
    """Retail's contract with a ladder; its caps on users and tools stay out of the way."""
    return {**contract, "ladder": LADDER}


def _cap(usd_micros: int, why: str) -> Any:
    setting = {
        "scope": "workspace",
        "owner": SHORT,
        "window": "day",
        "time_zone": "UTC",
        "name": None,
        "usd_micros": usd_micros,
    }
    return command_of(uuid4().hex, SHORT, "bench", why, cap=setting)
