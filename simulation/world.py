"""A world that goes wrong in every way it can, one step after another, from one seed.

Several processes believe to own the same partition. Appends and sends land late, twice or never;
acknowledgements are lost; processes crash at named points, are killed, sleep and wake up; fetches
repeat, skip and go back; clocks differ and jump. Nothing happens by itself: each step is drawn
from the seed, so a seed is a history.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, cast

from agents.pools.acting import Performer
from agents.pools.model import cost_of_failure
from agents.tools.spec import Reconciled
from simulation.broker import Producer, Record, SendFailed, Topics
from simulation.codec import RememberingCodec
from simulation.crashing import Crashed, Crashes
from simulation.folds import Folds
from simulation.invariants import invariants
from simulation.operators import Operators
from simulation.outside import Outside
from simulation.payloads import NO_LIMIT, MemoryPayloads
from simulation.people import People
from simulation.process import Gate, Process
from simulation.roles import Roles
from simulation.sink import Sink
from simulation.source import MemorySource
from simulation.violation import Violation
from simulation.witness import STREAMS, Witness
from simulation.workflow import TIGHTNESS, USUAL_RUN_USD_MICROS, event, workflow
from streams.adapters.claim_check import ClaimCheck
from streams.adapters.crash_points import CrashPoint
from streams.adapters.parts import Limits, Unsure
from streams.core import tables
from streams.core.slices.messages import ARRIVED, SENT

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, RunEntry
    from simulation.loop import VirtualLoop

NOON_MS = 1_767_614_400_000
"""2026-01-05, a Monday, 12:00 UTC."""
CLOCKS_DIFFER_MS = 700
WORKSPACES, USERS = ("acme", "bolt"), ("ann", "bob", "cleo")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a history is made from."""

    seed: int
    runs: int = 6
    crash_only_at: CrashPoint | None = None


class World:
    """All processes, all topics, one clock, one seed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.random = Random(plan.seed)  # noqa: S311  a history, no secret
        self.crashes = Crashes(self.random, plan.crash_only_at)
        self.topics: Topics = defaultdict(list)
        self.kept: dict[str, bytes] = {}
        self.codec = RememberingCodec()
        self.now_ms = NOON_MS
        self.processes: list[Process] = []
        self.ghosts: list[Producer] = []
        self.started = 0
        self.largest_bite = self.random.choice([2, 6, 20])
        self.flow = workflow(
            self.codec,
            self._caps(),
            self._shared_cap(),
            doubts_asked=plan.seed % 3 > 0,
            laddered=plan.seed % 5 > 1,
        )
        self.events = [self._event(number) for number in range(plan.runs)]
        self.published = 0
        self.passed_on = 0
        self.long_jumps = 0
        self.held_back: str | None = None
        self.ended_in_trouble = 0
        self.clocks_differ_ms = CLOCKS_DIFFER_MS
        self.faults: list[BaseException] = []
        self.outside = Outside(self.random, self._acted)
        self.people = People(self.topics, self.codec, self.random, self.outside.look_up)
        self.operators = Operators(
            self.topics,
            self.codec,
            self.random,
            WORKSPACES,
            USERS,
            self.flow.contract.all_caps,
        )
        self.source = MemorySource(self.topics)
        self.sink = Sink(self.source, self.codec)
        self.witness = Witness(self.topics, self.codec)
        self.invariants = invariants(self)
        self._gates: list[tuple[str, asyncio.Future[None]]] = []
        self._roles = self._made_roles()

    @property
    def open_runs(self) -> int:
        """How many may be under way: few in some worlds. Not drawn, so that seeds stay."""
        return (3, 1_000, 1_000, 1_000)[self.plan.seed % 4]

    @property
    def operated(self) -> bool:
        """Whether operators change caps and switches here."""
        return self.plan.seed % 2 > 0

    @property
    def folds(self) -> Folds:
        """What a process would fold now."""
        return self._roles.folds

    @property
    def awake(self) -> list[Process]:
        """Processes to which something can happen."""
        return [process for process in self.processes if not process.asleep]

    @property
    def producers(self) -> list[Producer]:
        """Those whose sends may land: of processes that are awake, and of dead ones."""
        return [*(process.producer for process in self.awake), *self.ghosts]

    async def settle(self, loop: VirtualLoop) -> None:
        """Let happen what was set off, bury who ended over it, and look at what has landed."""
        self._pass_slices_on()
        await loop.settle()
        for process in self.processes:
            self._examine(process)
        self.processes = [process for process in self.processes if process.alive]
        if self.faults:
            raise Violation("no_fault", f"{self.faults[0]!r}") from self.faults[0]
        self.look()

    def look(self) -> None:
        """Hold everything that has landed against the invariants. Raises Violation."""
        self.witness.look(self.invariants, self.now_ms)

    def runs(self) -> dict[str, RunEntry]:
        """The runs table as the valid blocks make it."""
        return cast("dict[str, RunEntry]", self.witness.rows("ledger", tables.RUNS))

    def next_due_ms(self) -> int | None:
        """When the first timer of a run that has not ended is due; None when none stands."""
        due = [entry["due_at_ms"] for entry in self.runs().values() if entry["phase"] != "finished"]
        return min(filter(None, due), default=None)

    def start(self, stream: str) -> None:
        """Another process begins to fold `stream`. Its clock may differ from others'."""
        self.started += 1
        ahead_ms = self.random.choice([0, 0, -CLOCKS_DIFFER_MS, CLOCKS_DIFFER_MS])
        self.processes.append(self._roles.start(stream, f"{stream}-{self.started}", ahead_ms))

    def end(self, process: Process) -> None:
        """A process is gone."""
        process.kill()
        self._bury(process)

    def publish(self, number: int, copies: int = 1) -> None:
        """The gateway passes an event on, perhaps more than once."""
        self.topics["state.intake"].extend([self.events[number]] * copies)

    def open_gate(self) -> None:
        """One fold that waits to read, or one act that waits, goes on."""
        self._gates = [held for held in self._gates if not held[1].done()]
        awake = {process.name for process in self.awake}
        ready = [passed for name, passed in self._gates if name in awake]
        if ready:
            self.random.choice(ready).set_result(None)

    async def gate(self, name: str) -> None:
        """Wait until the world lets process `name` go on."""
        passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gates.append((name, passed))
        await passed

    async def perform(self, call: Call, gate: Gate) -> CallResult:
        """As a pool performs a call."""
        return await self._performer(gate).perform(call)

    async def resolve(self, call: Call, doubt: CallResult, gate: Gate) -> CallResult:
        """As a pool asks about a call in doubt."""
        return await self._performer(gate).resolve(call, doubt)

    def _performer(self, gate: Gate) -> Performer:
        """Production's, and the outside acts and answers."""

        async def act(call: Call, arguments: Any) -> Any:
            await gate()
            answer = await self.outside.ask(call, arguments)
            await gate()
            return answer

        async def reconcile(call: Call) -> Reconciled:
            await gate()
            found = self.outside.reconcile(call)
            await gate()
            return found

        known = (self._wire_type, act, cost_of_failure)
        return Performer(*known, gate.now_ms, gate.name, reconcile, self._claim_check(gate))

    def _claim_check(self, gate: Gate) -> ClaimCheck:
        """In every third history all results go through the payload store."""
        inline_bytes = NO_LIMIT if self.plan.seed % 3 else 0
        return ClaimCheck(MemoryPayloads(self.kept, gate), inline_bytes, NO_LIMIT, NO_LIMIT)

    def _wire_type(self, call: Call) -> Any:
        return self.flow.call_types.get((call["kind"], call["name"]))

    def _acted(self, call: Call, billed_usd_micros: int) -> None:
        self.look()
        for invariant in self.invariants:
            invariant.acted(call, billed_usd_micros)

    def _examine(self, process: Process) -> None:
        """End a process of which a part has ended. Raises Violation for what must not end it."""
        for error in process.faults():
            known = isinstance(error, Crashed) or (
                isinstance(error, Unsure | SendFailed) and process.producer.broken
            )
            if not known:
                raise Violation("no_fault", f"{process.name} died of {error!r}") from error
            process.kill()
        if not process.alive:
            self._bury(process)

    def _bury(self, process: Process) -> None:
        if process.producer not in self.ghosts:
            self.ghosts.append(process.producer)

    def _caps(self) -> list[dict[str, Any]]:
        """Some bind, some do not."""
        usual = self.plan.runs * USUAL_RUN_USD_MICROS
        shares = {"user": len(WORKSPACES) * len(USERS), "workspace": len(WORKSPACES)}
        caps: list[dict[str, Any]] = [
            {"scope": scope, "window": window, "usd_micros": self._cap(usual // shares[scope])}
            for scope, window in (("user", "day"), ("workspace", "hour"))
        ]
        sends = {"scope": "tool", "name": "send", "window": "hour"}
        return [*caps, {**sends, "usd_micros": self._cap(300 * self.plan.runs)}]

    def _shared_cap(self) -> int | None:
        """In some worlds; not drawn, so that seeds stay."""
        usual = self.plan.runs * USUAL_RUN_USD_MICROS
        return (None, None, int(0.7 * usual), None, None, None, 4 * usual)[self.plan.seed % 7]

    def _pass_slices_on(self) -> None:
        """As the gateway does, some of them twice."""
        sent, passed_on = self.topics[SENT], self.topics[ARRIVED]
        while self.passed_on < len(sent):
            record = sent[self.passed_on]
            copies = 2 if self.passed_on % 5 == 0 else 1
            passed_on.extend([Record(record.key, record.value)] * copies)
            self.passed_on += 1

    def _cap(self, usual_usd_micros: int) -> int:
        return int(self.random.choice(TIGHTNESS) * usual_usd_micros) + 3_000

    def _event(self, number: int) -> Record:
        workspace, user = self.random.choice(WORKSPACES), self.random.choice(USERS)
        value = event(number, workspace, user, NOON_MS)
        return Record(workspace.encode(), self.codec.encode("intake_event", value))

    def _made_roles(self) -> Roles:
        limits = Limits(
            inputs_per_block=self.random.choice([1, 3, 256]),
            open_runs=self.open_runs,
            bytes_between_snapshots=self.random.choice([1, 20_000, 10**9]),
        )
        now = partial(getattr, self, "now_ms")
        return Roles(
            self.topics,
            self.flow,
            now,
            self.perform,
            self.gate,
            limits,
            self.codec,
            acts_at_once=self.random.choice([1, 2, 8]),
            resolve=self.resolve,
            kept=self.kept,
        )


def streams_without(processes: Iterable[Process]) -> list[str]:
    """The chained streams that nobody folds."""
    owned = {process.stream for process in processes}
    return [stream for stream in STREAMS if stream not in owned]
