"""What may happen to processes: started, killed, asleep, cut off."""

from __future__ import annotations

from simulation.process import Process
from simulation.trouble.drawing import bite, pick
from simulation.witness import STREAMS
from simulation.world import World, streams_without

MOST_OWNERS = 3
"""So many processes may believe at once to own a partition."""
ALL_LOST = 0.5
"""How often all that a killed process has sent is lost."""


def restart(world: World) -> None:
    """A supervisor starts a process for a partition that has none."""
    stream = pick(world, streams_without(world.processes))
    if stream is not None:
        world.start(stream)


def spawn(world: World) -> None:
    """Another process believes to own a partition."""
    stream = world.random.choices(STREAMS, [5, 1, 1, 1])[0]
    if sum(process.stream == stream for process in world.processes) < MOST_OWNERS:
        world.start(stream)


def kill(world: World) -> None:
    """A process is gone. What it had on its way may still land, unless it is lost as well."""
    process = pick(world, world.processes)
    if process is not None:
        world.end(process)
        if world.random.random() < ALL_LOST:
            process.producer.going.clear()


def break_producer(world: World) -> None:
    """A process hears no more of what it has sent."""
    process = pick(world, world.awake)
    if process is not None:
        process.producer.break_down()


def sleep(world: World) -> None:
    """A process stops, and will wake up as a zombie."""
    process = pick(world, world.processes)
    if process is not None:
        process.asleep = True


def wake(world: World) -> None:
    """A zombie goes on where it stopped."""
    asleep: list[Process] = [process for process in world.processes if process.asleep]
    process = pick(world, asleep)
    if process is not None:
        process.asleep = False


def open_gates(world: World) -> None:
    """Folds that wait to read, and acts that wait, go on."""
    for _ in range(bite(world)):
        world.open_gate()
