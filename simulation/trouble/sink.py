"""What may happen to the sink."""

from __future__ import annotations

from simulation.world import World


async def read_ledger(world: World) -> None:
    """The sink takes some blocks."""
    await world.sink.read(world.random.randint(1, 20))


def commit(world: World) -> None:
    """The sink commits what it has read."""
    world.sink.commit()


def crash_sink(world: World) -> None:
    """The sink ends between reading and committing."""
    world.sink.crash()
