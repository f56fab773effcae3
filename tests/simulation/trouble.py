"""What may happen in a step, and how often compared with the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tests.simulation.broker import Producer, busy
from tests.simulation.process import Process
from tests.simulation.world import STREAMS, World

Chosen = TypeVar("Chosen")


def feed(world: World) -> None:
    """A fetch: usually the next records, sometimes old ones again, sometimes beyond a gap."""
    picked = pick(world, [(process, topic) for process in world.awake for topic in process.cursors])
    if picked is None:
        return
    process, topic = picked
    end = len(world.topics[topic])
    jump = world.random.choices([0, -3, 2], [90, 5, 5])[0]
    start = min(max(0, process.cursors[topic] + jump), end)
    process.feed(topic, world.topics[topic], start, min(end, start + world.random.randint(1, 4)))


def look_at_tails(world: World) -> None:
    """What was lost at the end of a topic shows in no later record: go back there."""
    for process in world.awake:
        process.cursors.update(process.processor.expected())


def land(world: World) -> None:
    """A record arrives, now and then twice."""
    picked = pick(world, [(p, topic) for p in world.producers for topic in busy(p.going)])
    if picked is not None:
        picked[0].land(picked[1], copies=world.random.choices([1, 2], [95, 5])[0])


def acknowledge(world: World) -> None:
    """A producer hears that a record has landed."""
    alive: list[Producer] = [process.producer for process in world.awake]
    picked = pick(world, [(p, topic) for p in alive for topic in busy(p.coming)])
    if picked is not None:
        picked[0].acknowledge(picked[1])


def lose(world: World) -> None:
    """What a dead process had on its way to a topic is gone."""
    picked = pick(world, [(p, topic) for p in world.ghosts for topic in busy(p.going)])
    if picked is not None:
        picked[0].going[picked[1]].clear()


def publish(world: World) -> None:
    """The gateway passes an event on, sometimes twice."""
    world.publish(copies=world.random.choices([1, 2], [80, 20])[0])


def spawn(world: World) -> None:
    """Another process believes to own a partition."""
    stream = world.random.choices(STREAMS, [5, 1, 1, 1])[0]
    if sum(process.stream == stream for process in world.processes) < 3:
        world.start(stream)


def kill(world: World) -> None:
    """A process is gone. What it had on its way may still land, unless it is lost as well."""
    process = pick(world, world.processes)
    if process is not None:
        process.kill()
        if world.random.random() < 0.5:
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


def pass_time(world: World) -> None:
    """Sometimes so much that a deadline passes."""
    world.now_ms += world.random.choice([1, 100, 20_000])


def pick(world: World, choices: list[Chosen]) -> Chosen | None:
    return world.random.choice(choices) if choices else None


TROUBLE: dict[Callable[[World], None], float] = {
    feed: 30,
    land: 30,
    acknowledge: 30,
    World.open_gate: 25,
    spawn: 4,
    publish: 3,
    pass_time: 3,
    look_at_tails: 3,
    kill: 2,
    sleep: 2,
    wake: 2,
    lose: 1,
    break_producer: 0.5,
}
