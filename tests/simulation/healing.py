"""Trouble ends: what can still land does, one process a stream goes on, and every run ends."""

from __future__ import annotations

from tests.simulation.broker import busy
from tests.simulation.process import Process
from tests.simulation.trouble import look_at_tails
from tests.simulation.world import STREAMS, Violation, World

ROUNDS = 4_000


async def heal(world: World) -> None:
    """Go on without trouble until nothing moves. Raises Violation when something never ends."""
    while world.published < world.events:
        world.publish(copies=1)
    for process in world.processes:
        process.asleep = False
    for _ in range(ROUNDS):
        leave_one(world)
        move_everything(world)
        await world.settle()
        if at_rest(world):
            return
    raise Violation(f"runs did not end: {len(world.topics['outcomes'])} outcomes")


def leave_one(world: World) -> None:
    """One process of each stream; the others end."""
    for stream in STREAMS:
        alive = [process for process in world.processes if process.stream == stream]
        if not alive:
            world.start(stream)
        for process in alive[1:]:
            process.kill()


def move_everything(world: World) -> None:
    """Whatever can go on goes on by one step."""
    for _ in range(8):
        world.open_gate()
    for process in world.awake:
        for topic, at in list(process.cursors.items()):
            process.feed(topic, world.topics[topic], at, len(world.topics[topic]))
    for producer in world.producers:
        for topic in busy(producer.going):
            producer.land(topic)
        for topic in busy(producer.coming):
            producer.acknowledge(topic)
    look_at_tails(world)


def at_rest(world: World) -> bool:
    """Everything that was published is decided, and nothing is on its way."""
    if any(busy(producer.going) or busy(producer.coming) for producer in world.producers):
        return False
    owned = {process.stream for process in world.processes} == set(STREAMS)
    return owned and all(_idle(world, process) for process in world.processes)


def _idle(world: World, process: Process) -> bool:
    expected = process.processor.expected()
    decided = all(at >= len(world.topics[topic]) for topic, at in expected.items())
    return bool(expected) and decided and process.processor.waiting == 0 and not process.acting
