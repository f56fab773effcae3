"""What can go wrong, as data, and in which order it does in one chaos run."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

How = Literal["kill", "freeze", "restart_broker"]
BROKER = "broker"
FREEZE_S = 15.0
"""Longer than a session with the group lasts (10 s), so that others have taken over."""
LONG_FREEZE_S = 25.0
"""Longer than a call's deadline here: what was answered meanwhile waits on its topic."""


class Fault(NamedTuple):
    """One kind of fault. `weight` is how often it comes, against the others."""

    name: str
    who: str
    """Processes whose names begin with this, or the broker."""
    how: How
    lasts_s: float = 0.0
    everyone: bool = False
    """All of them at once; otherwise one, by chance."""
    weight: int = 1
    resumes_from: Literal["struck", "ended"] = "struck"
    """From when the time to the next outcome counts."""


FAULTS: Sequence[Fault] = (
    Fault("kill_worker", "worker", "kill", weight=4),
    Fault("kill_pool_tool", "pool-tool", "kill", weight=4),
    Fault("kill_pool_model", "pool-model", "kill", weight=2),
    Fault("kill_pool_retrieval", "pool-retrieval", "kill", weight=2),
    Fault("kill_gateway", "gateway", "kill"),
    Fault("kill_sink", "sink", "kill"),
    Fault("freeze_worker", "worker", "freeze", FREEZE_S, weight=3),
    Fault("freeze_pool_tool", "pool-tool", "freeze", FREEZE_S, weight=3),
    Fault(
        "freeze_all_workers",
        "worker",
        "freeze",
        LONG_FREEZE_S,
        everyone=True,
        weight=2,
        resumes_from="ended",
    ),
    Fault("restart_broker", BROKER, "restart_broker", weight=2, resumes_from="ended"),
)


def schedule(count: int, seed: int, faults: Iterable[Fault] = FAULTS) -> list[Fault]:
    """`count` faults in an order that `seed` alone decides.

    Each kind comes as often as its weight says, to one more or less, whatever the seed.
    """
    pool = [fault for fault in faults for _ in range(fault.weight)]
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    drawn: list[Fault] = []
    while len(drawn) < count:
        drawn += chance.sample(pool, len(pool))
    return drawn[:count]
