"""What operators may do while runs are under way."""

from __future__ import annotations

from simulation.trouble.drawing import bite
from simulation.world import World


def order(world: World) -> None:
    """Somebody changes a cap, or what may be called."""
    if world.operated:
        world.operators.order(world.now_ms)


def obey(world: World) -> None:
    """Commands come in."""
    for _ in range(min(bite(world), len(world.operators.mail))):
        world.operators.deliver()
