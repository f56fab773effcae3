"""How a step draws what it does things to."""

from __future__ import annotations

from typing import TypeVar

from simulation.world import World

Chosen = TypeVar("Chosen")
MOST = 0.75
"""How often one of several takes part."""


def some(world: World, choices: list[Chosen]) -> list[Chosen]:
    """Most of them, in any order."""
    kept = [choice for choice in choices if world.random.random() < MOST]
    world.random.shuffle(kept)
    return kept


def bite(world: World) -> int:
    """How many of a kind happen in a step."""
    return world.random.randint(1, world.largest_bite)


def pick(world: World, choices: list[Chosen]) -> Chosen | None:
    """One of them, if there is any."""
    return world.random.choice(choices) if choices else None
