"""One seed is one history: lived, judged, and told."""

from __future__ import annotations

import asyncio
import gc
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from simulation.crashing import Crashed
from simulation.healing import heal
from simulation.loop import VirtualLoop
from simulation.trouble import happenings
from simulation.violation import Violation
from simulation.witness import STREAMS
from simulation.world import Plan, World
from streams.adapters.crash_points import hooked
from streams.core import snapshot

if TYPE_CHECKING:
    from streams.adapters.crash_points import CrashPoint

STEPS, STEPS_A_RUN = 2_000, 60
LOOK_CLOSELY_EVERY = 250
SNAPSHOT_PART_BYTES = 4_000
"""So small that a snapshot has several parts, which can be torn apart."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a seed went. Equal digests are equal histories, record for record."""

    seed: int
    violation: Violation | None
    digest: str
    valid_blocks: int
    void_blocks: int
    crashes: Counter[CrashPoint]


@dataclass(frozen=True, slots=True)
class History(Ending):
    """How a seed went, and the world that it left."""

    world: World


def live(plan: Plan) -> History:
    """Live through a history and judge it."""
    world = World(plan)
    violation = None
    with hooked(world.crashes.hook), _small_snapshots(), _uncollected():
        loop = VirtualLoop(lambda: world.now_ms)
        loop.set_exception_handler(lambda _, context: _note(world, context))
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            try:
                runner.run(_history(world, loop))
            except Violation as broken:
                violation = broken
            finally:
                for process in world.processes:
                    process.kill()
    return _told(world, violation)


def ending(plan: Plan) -> Ending:
    """Live through a history and keep no world."""
    lived = live(plan)
    return Ending(*(getattr(lived, part.name) for part in fields(Ending)))


def command(plan: Plan) -> str:
    """What lives through the same history again."""
    at = "" if plan.crash_only_at is None else f" --crash-at {plan.crash_only_at.name}"
    return f"tollway simulate --first {plan.seed} --seeds 1 --runs {plan.runs}{at}"


async def _history(world: World, loop: VirtualLoop) -> None:
    for stream in STREAMS:
        world.start(stream)
    may_happen = happenings(world)
    happen, weights = list(may_happen), list(itertools.accumulate(may_happen.values()))
    for step in range(STEPS + STEPS_A_RUN * world.plan.runs):
        doing = world.random.choices(happen, cum_weights=weights)[0](world)
        if doing is not None:
            await doing
        await world.settle(loop)
        if step % LOOK_CLOSELY_EVERY == 0:
            await _judge(world, "throughout")
    world.ended_in_trouble = len(world.topics["outcomes"])
    await heal(world, loop)
    await _judge(world, "throughout")
    await _judge(world, "at_the_end")


async def _judge(world: World, when: str) -> None:
    for invariant in world.invariants:
        await getattr(invariant, when)()


@contextmanager
def _small_snapshots() -> Iterator[None]:
    before, snapshot.PART_BYTES = snapshot.PART_BYTES, SNAPSHOT_PART_BYTES
    try:
        yield
    finally:
        snapshot.PART_BYTES = before


@contextmanager
def _uncollected() -> Iterator[None]:
    """A history keeps nearly all that it makes: looking for garbage finds none until it is over."""
    before = gc.isenabled()
    gc.collect()  # the last one
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _note(world: World, context: dict[str, Any]) -> None:
    """An exception that nobody took, such as one in a callback."""
    error = context.get("exception")
    if isinstance(error, Exception) and not isinstance(error, Crashed):
        world.faults.append(error)


def _told(world: World, violation: Violation | None) -> History:
    chained = world.witness.streams.values()
    return History(
        world.plan.seed,
        violation,
        _digest(world),
        sum(stream.valid for stream in chained),
        sum(stream.void for stream in chained),
        world.crashes.struck,
        world,
    )


def _digest(world: World) -> str:
    told = blake2b(digest_size=16)
    for topic in sorted(world.topics):
        for record in world.topics[topic]:
            told.update(repr((topic, record)).encode())
    told.update(repr((world.now_ms, world.started, sorted(world.crashes.struck.items()))).encode())
    return told.hexdigest()
