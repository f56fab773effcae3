"""What may happen to records: fetched, landed, acknowledged, lost, doubled, held back."""

from __future__ import annotations

from simulation.broker import busy
from simulation.process import Process
from simulation.trouble.drawing import bite, pick, some
from simulation.world import World

RELEASED = 0.5
"""How often a topic that was held back goes on."""


def feed(world: World) -> None:
    """Processes fetch, from some topics and not from others."""
    for process in some(world, [process for process in world.awake if process.cursors]):
        behind = [topic for topic, at in process.cursors.items() if at < len(world.topics[topic])]
        for topic in some(world, behind):
            _fetch(world, process, topic)


def _fetch(world: World, process: Process, topic: str) -> None:
    """Usually the next records, sometimes old ones again, sometimes beyond a gap."""
    if topic not in process.cursors or topic == world.held_back:
        return
    end = len(world.topics[topic])
    jump = world.random.choices([0, -3, 2], [90, 5, 5])[0]
    start = min(max(0, process.cursors[topic] + jump), end)
    process.feed(topic, world.topics[topic], start, min(end, start + bite(world)))


def hold_back(world: World) -> None:
    """For a while nobody gets anything of one topic; or that is over."""
    world.held_back = pick(world, ["call.results", *sorted(world.topics)])
    if world.random.random() < RELEASED:
        world.held_back = None


def look_at_tails(world: World) -> None:
    """What was lost at the end of a topic shows in no later record: go back there."""
    for process in world.awake:
        process.cursors.update(process.processor.expected())


def land(world: World) -> None:
    """Records arrive, on some topics and not on others, now and then one of them twice."""
    for producer in some(world, [each for each in world.producers if busy(each.going)]):
        for topic in some(world, busy(producer.going)):
            for _ in range(min(len(producer.going[topic]), bite(world))):
                producer.land(topic, copies=world.random.choices([1, 2], [97, 3])[0])


def acknowledge(world: World) -> None:
    """Producers hear that records have landed."""
    coming = [process.producer for process in world.awake if busy(process.producer.coming)]
    for producer in some(world, coming):
        for topic in some(world, busy(producer.coming)):
            for _ in range(min(len(producer.coming[topic]), bite(world))):
                producer.acknowledge(topic)


def lose(world: World) -> None:
    """What a dead process had on its way to a topic is gone, from some record on."""
    picked = pick(world, [(p, topic) for p in world.ghosts for topic in busy(p.going)])
    if picked is not None:
        producer, topic = picked
        kept = world.random.randrange(len(producer.going[topic]))
        while len(producer.going[topic]) > kept:
            producer.going[topic].pop()


def publish(world: World) -> None:
    """The gateway passes the next events on, some of them twice."""
    for number in range(world.published, min(world.published + bite(world), len(world.events))):
        world.publish(number, copies=world.random.choices([1, 2], [80, 20])[0])
        world.published = number + 1


def publish_again(world: World) -> None:
    """A client repeats an event, as long as its run is remembered for sure."""
    if world.published and not world.long_jumps:
        world.publish(world.random.randrange(world.published))
