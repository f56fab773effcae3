"""The graph as data: every transition leads somewhere, and no run goes in circles for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from streams.core.graph import END, GRAPH, LAST_RESORT, IllegalTransition, follow, state_topic
from streams.core.states import Absorbed, Answer, Move, View
from tests.builders import states, workflow
from tests.unit.core.journey import Journey

EDGES = [(state, transition) for state, row in GRAPH.items() for transition in row]
VISITS = 4


@pytest.mark.parametrize(("state", "transition"), EDGES)
def test_every_transition_leads_to_a_state_or_the_end(state: str, transition: str) -> None:
    assert follow(state, transition) in {*GRAPH, END}


@pytest.mark.parametrize("state", GRAPH)
def test_every_state_leads_to_the_end_and_is_reached(state: str) -> None:
    assert END in reached(state)
    assert state in reached("intake")


@pytest.mark.parametrize("state", GRAPH)
def test_a_transition_that_is_not_in_the_graph_is_illegal(state: str) -> None:
    with pytest.raises(IllegalTransition, match=f"state {state} has no transition fly; it has: "):
        follow(state, "fly")


def test_the_last_resort_leads_to_the_end_without_a_way_back() -> None:
    assert reached(LAST_RESORT) == {"finalize", "log", END}


def reached(state: str) -> set[str]:
    found, left = set(), [state]
    while left:
        at = left.pop()
        if at not in found:
            found.add(at)
            left.extend(GRAPH.get(at, {}).values())
    return found


@dataclass
class Choosing:
    """A state that takes the transitions it is told, whatever the run."""

    name: str
    choices: list[str]
    taken: list[tuple[str, str]] = field(default_factory=list)

    def proceed(self, view: View) -> Move:
        row = list(GRAPH[self.name])
        chosen = self.choices.pop(0) if self.choices else row[0]
        self.taken.append((self.name, chosen))
        return Move(chosen, view.run)

    def absorb(self, view: View, answer: Answer) -> Absorbed:  # pragma: no cover
        raise NotImplementedError


def walk(choices: list[str]) -> tuple[list[tuple[str, str]], Journey]:
    """A run that takes these transitions and then the first of every row."""
    left = list(choices)
    taken: list[tuple[str, str]] = []
    table = {name: Choosing(name, left, taken) for name in GRAPH}
    policies = states(**{name: {"visits": VISITS} for name in GRAPH if name != "finalize"})
    journey = Journey(workflow(states=policies), table)
    journey.start()
    return taken, journey


def walks(choices: list[str]) -> Iterator[tuple[list[tuple[str, str]], Journey]]:
    """Every walk that begins with these transitions."""
    taken, journey = walk(choices)
    yield taken, journey
    for place in range(len(choices), len(taken)):
        state = taken[place][0]
        before = [transition for _, transition in taken[:place]]
        for other in list(GRAPH[state])[1:]:
            yield from walks([*before, other])


def test_every_walk_through_the_graph_ends_and_takes_every_edge() -> None:
    """The product of states and transitions, cut off only by the visits that are allowed."""
    covered: set[tuple[str, str]] = set()
    most: Counter[str] = Counter()
    for taken, journey in walks([]):
        assert len(journey.outcomes) == 1
        covered.update(taken)
        most |= Counter(state for state, _ in taken)
    assert covered == set(EDGES)
    assert most["plan"] == VISITS == max(most.values())


def test_an_illegal_transition_fails_the_run() -> None:
    _, journey = walk(["accepted", "fly"])
    (outcome,) = journey.outcomes
    assert outcome["outcome"] == "failed"
    assert "state retrieval has no transition fly" in str(outcome["error"])


def test_the_topic_of_a_state_carries_its_name() -> None:
    assert state_topic("plan") == "state.plan"
