"""Walks through the graph: every way that a run can go while its visits last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from streams.core.graph import END, GRAPH, LAST_RESORT

STATES = tuple(GRAPH)
Visits = tuple[int, ...]
"""How often each state was entered, in the order of the graph."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """The rest of a run from one state on; linked, since walks share their ends."""

    cost: int
    steps: int
    state: str
    rest: _Walk | None

    def path(self) -> Iterator[str]:
        walk: _Walk | None = self
        while walk is not None:
            yield walk.state
            walk = walk.rest


def dearest_walk(
    limit: Callable[[str], int],
    cost: Callable[[str], int],
    closed: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """The states of the walk from the first state to the end that costs the most.

    `limit` is how often a state may be entered, `cost` what one visit costs, `closed` the
    transitions that are never taken. Of equally dear
    walks it is one that goes where states send a run, and the shortest of those.
    """
    limits = tuple(map(limit, STATES))
    costs = dict(zip(STATES, map(cost, STATES), strict=True))

    @cache
    def dearest(state: str, visits: Visits) -> _Walk:
        visits = _entered(state, visits)
        targets = _targets(state, visits, limits, closed)
        rests = [(dearest(target, visits), by_choice) for target, by_choice in targets.items()]
        rest, _ = max(rests, key=_preference, default=(None, True))
        if rest is None:
            return _Walk(costs[state], 1, state, None)
        return _Walk(costs[state] + rest.cost, rest.steps + 1, state, rest)

    return tuple(dearest(STATES[0], (0,) * len(STATES)).path())


def _entered(state: str, visits: Visits) -> Visits:
    at = STATES.index(state)
    return (*visits[:at], visits[at] + 1, *visits[at + 1 :])


def _preference(rest: tuple[_Walk, bool]) -> tuple[int, bool, int]:
    walk, by_choice = rest
    return walk.cost, by_choice, -walk.steps


def _targets(state: str, visits: Visits, limits: Visits, closed: frozenset[str]) -> dict[str, bool]:
    """Where a run may go next, and whether by choice.

    As in the engine, a state that is used up sends it to the last resort.
    """
    open_ways = {way: target for way, target in GRAPH[state].items() if way not in closed}
    targets = [target for target in open_ways.values() if target != END]
    used_up = {name for at, name in enumerate(STATES) if visits[at] >= limits[at]}
    forced = {LAST_RESORT: False} if used_up.intersection(targets) else {}
    return forced | {target: True for target in targets if target not in used_up}
