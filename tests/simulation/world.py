"""A small world that goes wrong in every way it can, one step after another, from one seed.

Several processes believe to own the same partition. Appends and sends land late, twice or never;
acknowledgements are lost; processes are killed, sleep and wake up; fetches repeat, skip and go
back. Nothing happens by itself: each step is drawn from the seed, so a seed is a history.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING

from streams.adapters.parts import Limits, Unsure
from tests.builders import CODEC, NOON_MS, event, result, states, workflow
from tests.simulation.broker import Producer, Record, Topics
from tests.simulation.process import POOLS, Gate, Process, Roles

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

STREAMS = ("ledger", *(f"journal.{kind}" for kind in POOLS))
CAPS = [{"scope": "user", "window": "day", "usd_micros": 10_000}]
TURNS = 6
"""Of the event loop after a step, so that what it set off has happened."""


class Violation(AssertionError):
    """A promise is broken."""


class World:
    """All processes, all topics, one clock, one seed."""

    def __init__(self, seed: int, events: int = 6) -> None:
        self.random = Random(seed)
        self.topics: Topics = defaultdict(list)
        self.now_ms = NOON_MS
        self.events = events
        self.published = 0
        self.processes: list[Process] = []
        self.ghosts: list[Producer] = []
        self.acts: Counter[str] = Counter()
        self.billed: Counter[tuple[str, str]] = Counter()
        self.started = 0
        self._gates: list[tuple[str, asyncio.Future[None]]] = []
        policies = states(plan={"max_output_tokens": 500}, finalize={"model": None})
        self.flow = workflow(max_run_usd_micros=9_000, caps=CAPS, states=policies)
        limits = Limits(
            inputs_per_block=self.random.choice([1, 3, 256]),
            bytes_between_snapshots=self.random.choice([1, 4_000, 10**9]),
        )
        self._roles = Roles(
            self.topics, self.flow, lambda: self.now_ms, self.perform, self.gate, limits
        )

    @property
    def awake(self) -> list[Process]:
        """Processes to which something can happen."""
        return [process for process in self.processes if not process.asleep]

    @property
    def producers(self) -> list[Producer]:
        """Those whose sends may land: of processes that are awake, and of dead ones."""
        return [*(process.producer for process in self.awake), *self.ghosts]

    async def suffer(self, trouble: Mapping[Callable[[World], None], float], steps: int) -> None:
        """Live through so many steps of trouble."""
        for stream in STREAMS:
            self.start(stream)
        for _ in range(steps):
            (happen,) = self.random.choices(list(trouble), list(trouble.values()))
            happen(self)
            await self.settle()

    async def settle(self) -> None:
        """Let happen what was set off, and bury the processes that ended over it."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        for process in [process for process in self.processes if process.task.done()]:
            self._bury(process)

    def start(self, stream: str) -> None:
        """Another process begins to fold `stream`."""
        self.started += 1
        self.processes.append(self._roles.start(stream, f"{stream}-{self.started}"))

    def publish(self, copies: int) -> None:
        """The gateway passes the next event on, perhaps more than once."""
        if self.published < self.events:
            self.published += 1
            user = self.random.choice(["ann", "bob"])
            value = CODEC.encode("intake_event", event(self.published, user_id=user))
            self.topics["state.intake"].extend([Record(b"acme", value)] * copies)

    def open_gate(self) -> None:
        """One fold that waits to read, or one act that waits, goes on."""
        awake = {process.name for process in self.awake}
        self._gates = [held for held in self._gates if not held[1].done()]
        ready = [passed for name, passed in self._gates if name in awake]
        if ready:
            self.random.choice(ready).set_result(None)

    async def gate(self, name: str) -> None:
        """Wait until the world lets process `name` go on."""
        passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gates.append((name, passed))
        await passed

    async def perform(self, call: Call, gate: Gate) -> CallResult:
        """Act on the world and bill it; an act may be cut off before or after."""
        await gate()
        if self.now_ms > call["not_after_ms"]:
            return result(call, "expired", cost_usd_micros=0)
        self.acts[call["call_id"]] += 1
        cost = self.random.randint(0, call["reserved_usd_micros"])
        self.billed["user", call["user_id"]] += cost
        self.billed["run", call["run_id"]] += cost
        status = self.random.choice(["done", "done", "done", "failed", "refused"])
        await gate()
        return result(call, status, cost_usd_micros=cost)

    def _bury(self, process: Process) -> None:
        error = None if process.task.cancelled() else process.task.exception()
        if error is not None and not (isinstance(error, Unsure) and process.producer.broken):
            raise Violation(f"{process.name} died of {error!r}") from error
        process.kill()
        self.processes.remove(process)
        self.ghosts.append(process.producer)
