"""What may happen in a step, and how often compared with the rest."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping

from simulation.trouble.operators import obey, order
from simulation.trouble.people import answer, deliver
from simulation.trouble.processes import (
    break_producer,
    kill,
    open_gates,
    restart,
    sleep,
    spawn,
    wake,
)
from simulation.trouble.records import (
    acknowledge,
    feed,
    hold_back,
    land,
    look_at_tails,
    lose,
    publish,
    publish_again,
)
from simulation.trouble.sink import commit, crash_sink, read_ledger
from simulation.trouble.time import (
    drop_request,
    look_at_clock,
    pass_a_deadline,
    pass_an_hour,
    pass_time,
    serve,
)
from simulation.world import World

Happening = Callable[[World], Coroutine[None, None, None] | None]
MOODS = (0.2, 1.0, 1.0, 3.0)
"""Each world has more of some troubles and less of others."""

USUAL: Mapping[Happening, float] = {
    feed: 30,
    land: 30,
    acknowledge: 30,
    open_gates: 25,
    serve: 10,
    look_at_clock: 6,
    pass_time: 4,
    publish: 4,
    restart: 4,
    look_at_tails: 2,
    read_ledger: 2,
    commit: 1,
    answer: 6,
    deliver: 6,
    obey: 2,
}
"""Without these nothing goes on."""
TROUBLE: Mapping[Happening, float] = {
    spawn: 0.3,
    kill: 0.3,
    sleep: 0.5,
    wake: 1,
    lose: 0.5,
    pass_a_deadline: 1,
    hold_back: 1,
    publish_again: 0.3,
    drop_request: 0.3,
    crash_sink: 0.3,
    break_producer: 0.2,
    pass_an_hour: 0.2,
    order: 1,
}


def happenings(world: World) -> dict[Happening, float]:
    """What may happen in this world, with its weight here."""
    moods = {happen: weight * world.random.choice(MOODS) for happen, weight in TROUBLE.items()}
    return {**USUAL, **moods}
