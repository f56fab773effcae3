"""A small world that goes wrong in every way it can, one step after another, from one seed.

Several processes believe to own the same partition. Appends and sends land late, twice or never;
acknowledgements are lost; processes are killed, sleep and wake up; fetches repeat, skip and go
back. Nothing happens by itself: each step is drawn from the seed, so a seed is a history.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from streams.adapters.parts import Limits, Unsure
from tests.builders import CODEC, NOON_MS, event, result, states, workflow
from tests.simulation.broker import Producer, Record, Topics, busy
from tests.simulation.process import Gate, Process, Roles

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

STREAMS = ("ledger", "journal.model", "journal.retrieval", "journal.tool")
CAPS = [{"scope": "user", "window": "day", "usd_micros": 8_000}]
SETTLE = 6
"""Turns of the event loop after a step, so that what it set off has happened."""


class Violation(AssertionError):
    """A promise is broken."""


class World:
    """All processes, all topics, one clock, one seed."""

    def __init__(self, seed: int, events: int = 4) -> None:
        self.random = Random(seed)
        self.topics: Topics = defaultdict(list)
        self.now_ms = NOON_MS
        self.events = events
        self.published = 0
        self.processes: list[Process] = []
        self.ghosts: list[Producer] = []
        self.acts: Counter[str] = Counter()
        self.billed: Counter[tuple[str, str]] = Counter()
        self.gates: list[tuple[str, asyncio.Future[None]]] = []
        self.started = 0
        limits = Limits(
            inputs_per_block=self.random.choice([1, 3, 256]),
            bytes_between_snapshots=self.random.choice([1, 4_000, 10**9]),
        )
        self.flow = workflow(
            max_run_usd_micros=9_000,
            caps=CAPS,
            states=states(plan={"max_output_tokens": 500}, finalize={"model": None}),
        )
        self.roles = Roles(
            self.topics, self.flow, lambda: self.now_ms, self.perform, self.gate, limits
        )

    async def run(self, steps: int) -> None:
        """Live through `steps` of trouble, then heal and let every run end."""
        for stream in STREAMS:
            self.start(stream)
        for _ in range(steps):
            self.step()
            await self.settle()
        await self.heal()

    def step(self) -> None:
        """One thing happens."""
        (chosen,) = self.random.choices(list(TROUBLE), list(TROUBLE.values()))
        chosen(self)

    async def settle(self) -> None:
        """Let happen what was set off, and bury the processes that ended over it."""
        for _ in range(SETTLE):
            await asyncio.sleep(0)
        for process in [process for process in self.processes if process.task.done()]:
            self.bury(process)

    def bury(self, process: Process) -> None:
        error = None if process.task.cancelled() else process.task.exception()
        if error is not None and not (isinstance(error, Unsure) and process.producer.broken):
            raise Violation(f"{process.name} died of {error!r}") from error
        process.kill()
        self.processes.remove(process)
        self.ghosts.append(process.producer)

    # What processes do in the world.

    async def gate(self, name: str) -> None:
        """Wait until the world lets `name` go on."""
        passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gates.append((name, passed))
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

    # What the world does to processes.

    def start(self, stream: str) -> None:
        self.started += 1
        self.processes.append(self.roles.start(stream, f"{stream}-{self.started}"))

    def awake(self) -> list[Process]:
        return [process for process in self.processes if not process.asleep]

    def feed(self) -> None:
        """A fetch: usually the next records, sometimes old ones again, sometimes beyond a gap."""
        process, topic = self.pick(
            [(process, topic) for process in self.awake() for topic in process.cursors]
        )
        if process is None:
            return
        records = self.topics[topic]
        jump = self.random.choices([0, -3, 2], [90, 5, 5])[0]
        start = min(max(0, process.cursors[topic] + jump), len(records))
        end = min(len(records), start + self.random.randint(1, 4))
        process.feed(topic, records, start, end)

    def look_at_tails(self) -> None:
        """What was lost at the end of a topic shows in no later record: go back there."""
        for process in self.awake():
            process.cursors.update(process.processor.expected())

    def land(self) -> None:
        producers = [process.producer for process in self.awake()] + self.ghosts
        producer, topic = self.pick([(p, topic) for p in producers for topic in busy(p.going)])
        if producer is not None:
            producer.land(topic, copies=self.random.choices([1, 2], [95, 5])[0])

    def acknowledge(self) -> None:
        producers = [process.producer for process in self.awake()]
        producer, topic = self.pick([(p, topic) for p in producers for topic in busy(p.coming)])
        if producer is not None:
            producer.acknowledge(topic)

    def lose(self) -> None:
        """What a dead process had on its way to a topic is gone."""
        producer, topic = self.pick([(p, topic) for p in self.ghosts for topic in busy(p.going)])
        if producer is not None:
            producer.lose(topic)

    def let_on(self) -> None:
        """A fold reads or an act goes on."""
        awake = {process.name for process in self.awake()}
        self.gates = [held for held in self.gates if not held[1].done()]
        ready = [held for held in self.gates if held[0] in awake]
        if ready:
            self.random.choice(ready)[1].set_result(None)

    def publish(self) -> None:
        """The gateway passes an event on, sometimes twice."""
        if self.published < self.events:
            self.published += 1
            user = self.random.choice(["ann", "bob"])
            value = CODEC.encode("intake_event", event(self.published, user_id=user))
            copies = self.random.choices([1, 2], [80, 20])[0]
            self.topics["state.intake"].extend([Record(b"acme", value)] * copies)

    def spawn(self) -> None:
        """Another process believes to own a partition."""
        stream = self.random.choice(STREAMS)
        if sum(process.stream == stream for process in self.processes) < 3:
            self.start(stream)

    def kill(self) -> None:
        if self.processes:
            self.random.choice(self.processes).kill()

    def break_producer(self) -> None:
        if self.awake():
            self.random.choice(self.awake()).producer.break_down()

    def sleep(self) -> None:
        if self.processes:
            self.random.choice(self.processes).asleep = True

    def wake(self) -> None:
        asleep = [process for process in self.processes if process.asleep]
        if asleep:
            self.random.choice(asleep).asleep = False

    def pass_time(self) -> None:
        self.now_ms += self.random.choice([1, 100, 20_000])

    def pick(self, pairs: list[tuple[Any, str]]) -> tuple[Any, str]:
        return self.random.choice(pairs) if pairs else (None, "")

    # The end of all trouble.

    async def heal(self) -> None:
        """Trouble ends: what still can land does, one process a stream goes on, all runs end."""
        while self.published < self.events:
            self.publish()
        for process in self.processes:
            process.asleep = False
        for stream in STREAMS:
            if not any(process.stream == stream for process in self.processes):
                self.start(stream)
        for _ in range(400):
            for _ in range(10):
                self.step_of_healing()
                await self.settle()
            if self.at_rest():
                return
        raise Violation(f"runs did not end: {len(self.topics['outcomes'])} outcomes")

    def step_of_healing(self) -> None:
        for stream in STREAMS:
            first, *others = [p for p in self.processes if p.stream == stream] or [None]
            if first is None:
                self.start(stream)
            for process in others:
                if process is not None:
                    process.kill()
        for _ in range(8):
            self.let_on()
        for process in self.awake():
            for topic, at in list(process.cursors.items()):
                process.feed(topic, self.topics[topic], at, len(self.topics[topic]))
        for producer in [process.producer for process in self.processes] + self.ghosts:
            for topic in busy(producer.going):
                producer.land(topic)
            for topic in busy(producer.coming):
                producer.acknowledge(topic)
        self.look_at_tails()

    def at_rest(self) -> bool:
        """Everything that was published is decided, and nothing is on its way."""
        producers = [process.producer for process in self.processes] + self.ghosts
        if any(busy(producer.going) or busy(producer.coming) for producer in producers):
            return False
        return all(
            process.processor.waiting == 0
            and not process._acts.running
            and (expected := process.processor.expected())
            and all(at >= len(self.topics[topic]) for topic, at in expected.items())
            for process in self.processes
        )


TROUBLE: dict[Callable[[World], None], float] = {
    World.feed: 30,
    World.land: 30,
    World.acknowledge: 30,
    World.let_on: 25,
    World.publish: 3,
    World.pass_time: 3,
    World.look_at_tails: 3,
    World.spawn: 3,
    World.kill: 2,
    World.sleep: 2,
    World.wake: 2,
    World.lose: 1,
    World.break_producer: 0.5,
}
"""What may happen, and how often compared with the rest."""
