"""What may happen to the clock and outside: time passes, deadlines pass, providers act or not."""

from __future__ import annotations

from simulation.trouble.drawing import bite, pick
from simulation.world import World

HOUR_MS = 3_600_000
LONG_JUMPS = 2
"""A history has at most so many jumps of an hour, so that it ends on the day it began."""
TIMES = {1: 40, 100: 40, 2_000: 10, 12_000: 3}
"""How far the clock goes in a step that moves it, in milliseconds, and how often."""


def look_at_clock(world: World) -> None:
    """A worker looks whether a timer is due."""
    process = pick(world, [process for process in world.awake if process.stream == "ledger"])
    if process is not None:
        process.look()


def pass_time(world: World) -> None:
    """A moment, or so much that a deadline passes."""
    world.now_ms += world.random.choices(list(TIMES), list(TIMES.values()))[0]


def pass_a_deadline(world: World) -> None:
    """The next timer is about due and everybody looks, whatever is still on its way."""
    due_at_ms = world.next_due_ms()
    if due_at_ms is None or not _jump(world, due_at_ms + world.random.choice([-500, 0, 800])):
        return
    for process in world.awake:
        process.look()


def pass_an_hour(world: World) -> None:
    """Ended runs are forgotten, windows of budgets end."""
    _jump(world, world.now_ms + HOUR_MS + HOUR_MS // 20)


def _jump(world: World, to_ms: int) -> bool:
    """The clock goes on to `to_ms`, if it may; far away nobody bills for what was asked before.

    Not far while the copy of a decided event waits: it would begin a run that was forgotten anew.
    """
    if to_ms > world.now_ms + HOUR_MS // 2:
        if world.long_jumps >= LONG_JUMPS or _copies_wait(world):
            return False
        world.long_jumps += 1
        world.outside.requests.clear()
    world.now_ms = max(world.now_ms, to_ms)
    return True


def _copies_wait(world: World) -> bool:
    decided = world.witness.streams["ledger"].positions.get("state.intake", -1) + 1
    events = [record.value for record in world.topics["state.intake"]]
    return bool({*events[:decided]} & {*events[decided:]})


def serve(world: World) -> None:
    """Providers act on requests and answer them; not always the oldest first."""
    for _ in range(bite(world)):
        request = pick(world, world.outside.requests[:8])
        if request is not None:
            world.outside.serve(request)


def drop_request(world: World) -> None:
    """A request never gets to its provider."""
    request = pick(world, world.outside.requests)
    if request is not None:
        world.outside.lose(request)
