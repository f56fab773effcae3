"""Trouble ends: what can still land does, one process a stream goes on, and every run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.broker import busy
from simulation.process import Process
from simulation.trouble.records import look_at_tails
from simulation.violation import Violation
from simulation.witness import STREAMS
from simulation.world import CLOCKS_DIFFER_MS, World, streams_without

if TYPE_CHECKING:
    from simulation.loop import VirtualLoop

ROUNDS, ROUNDS_A_RUN = 1_500, 100
"""When few runs may be under way at once, they end one after another."""
QUIET_ROUNDS = 3
LOOK_AGAIN_MS = 1_100


async def heal(world: World, loop: VirtualLoop) -> None:
    """Go on without trouble until nothing moves. Raises Violation when something never ends."""
    world.crashes.active = False
    for number in range(world.published, len(world.events)):
        world.publish(number)
    for process in world.processes:
        process.asleep = False
    quiet = 0
    for _ in range(ROUNDS + ROUNDS_A_RUN * world.plan.runs):
        leave_one(world)
        before = landed(world)
        move_everything(world)
        await world.settle(loop)
        quiet = quiet + 1 if landed(world) == before else 0
        due = world.next_due_ms()
        if due is None and at_rest(world):
            return
        if quiet > QUIET_ROUNDS:
            let_time_pass(world, due)
    open_runs = [key for key, run in world.runs().items() if run["phase"] != "finished"]
    raise Violation("every_run_ends", f"trouble is long over, and still open: {open_runs[:3]}")


def let_time_pass(world: World, due_at_ms: int | None) -> None:
    """Up to the next timer if nobody acts, and by a little while somebody waits for an answer."""
    world.now_ms += LOOK_AGAIN_MS
    if due_at_ms is not None and at_rest(world):
        world.now_ms = max(world.now_ms, due_at_ms + CLOCKS_DIFFER_MS)
    for process in world.processes:
        process.look()


def landed(world: World) -> int:
    """How many records there are."""
    return sum(map(len, world.topics.values()))


def leave_one(world: World) -> None:
    """One process of each stream; the others end."""
    for stream in STREAMS:
        alive = [process for process in world.processes if process.stream == stream]
        for process in alive[1:]:
            world.end(process)
    world.processes = [process for process in world.processes if process.alive]
    for stream in streams_without(world.processes):
        world.start(stream)


def move_everything(world: World) -> None:
    """Whatever can go on goes on by one step."""
    for _ in range(8):
        world.open_gate()
    for request in list(world.outside.requests):
        world.outside.serve(request)
    hear_people(world)
    for process in world.awake:
        for topic, at in list(process.cursors.items()):
            process.feed(topic, world.topics[topic], at, len(world.topics[topic]))
    for producer in world.producers:
        for topic in busy(producer.going):
            while producer.going[topic]:
                producer.land(topic)
        for topic in busy(producer.coming):
            while producer.coming[topic]:
                producer.acknowledge(topic)
    look_at_tails(world)


def hear_people(world: World) -> None:
    """Somebody may answer, and all that was answered or ordered comes in."""
    world.people.answer(world.now_ms)
    while world.people.mail:
        world.people.deliver(world.now_ms, for_the_last_time=True)
    while world.operators.mail:
        world.operators.deliver(for_the_last_time=True)


def at_rest(world: World) -> bool:
    """Everything that was published is decided, and nothing is on its way."""
    if any(busy(producer.going) or busy(producer.coming) for producer in world.producers):
        return False
    return not streams_without(world.processes) and all(
        _idle(world, process) for process in world.processes
    )


def _idle(world: World, process: Process) -> bool:
    processor = process.processor
    expected = processor.expected()
    decided = all(at >= len(world.topics[topic]) for topic, at in expected.items())
    waiting = processor.waiting - processor.brake.held
    busy_at = waiting or processor.unaccepted or process.acting or process.looking
    return bool(expected) and decided and not busy_at
