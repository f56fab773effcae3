"""What people may do who are asked."""

from __future__ import annotations

from simulation.trouble.drawing import bite
from simulation.world import World


def answer(world: World) -> None:
    """Somebody decides."""
    world.people.answer(world.now_ms)


def deliver(world: World) -> None:
    """Decisions come in."""
    for _ in range(min(bite(world), len(world.people.mail))):
        world.people.deliver(world.now_ms)
