"""What is tried: a cell is one system under one cap, one load and one fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Fault = Literal[
    "none",
    "redelivery",
    "disconnect",
    "fallback",
    "unpriced",
    "over_limit",
    "rebalance",
    "kill",
    "kill_pool",
    "restart",
]
"""In the order in which they are tried: a restarted store comes last, since it may be missed."""

FAULTS: tuple[Fault, ...] = get_args(Fault)
MEANINGS: dict[Fault, str] = {
    "none": "nothing goes wrong",
    "kill": "`kill -9` of what decides and counts, between call and settlement",
    "kill_pool": "`kill -9` of what makes the call, where that is another process",
    "rebalance": "another worker joins the group while calls are under way, and leaves again",
    "redelivery": "every request is delivered twice",
    "disconnect": "the client of every second call leaves before the answer is complete",
    "fallback": "the model fails, and a five times dearer one is asked instead",
    "unpriced": "the model is on no price list",
    "restart": "the store is stopped and started again while calls are under way",
    "over_limit": "the provider writes and bills three times what it was told as the limit",
}
MOST_IN_A_ROW = 100
"""A cap of so many times the calls in flight, and no larger one, is tried when not told otherwise:
calls that wait for each other take long and show little."""
FAULTS_AT = (10, 64)
"""Cap in calls' worth, and calls in flight, at which faults are tried when not told otherwise."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table."""

    system: str
    cap_calls: int
    in_flight: int
    fault: Fault

    @property
    def account(self) -> str:
        """The name under which its calls are billed."""
        return f"{self.system}.{self.cap_calls}.{self.in_flight}.{self.fault}"

    @property
    def most_asks(self) -> int:
        """Asks after which a system that never refuses is stopped."""
        return 3 * self.cap_calls + 4 * self.in_flight


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cells to try. `everywhere` leaves none out."""

    caps: Sequence[int]
    in_flight: Sequence[int]
    faults: Sequence[Fault]
    everywhere: bool = False

    def cells(self, system: str) -> Iterator[Cell]:
        """The cells of one system, in the order of the table."""
        for fault in self.faults:
            for cap_calls, in_flight in self._grid(fault):
                yield Cell(system, cap_calls, in_flight, fault)

    def _grid(self, fault: Fault) -> Sequence[tuple[int, int]]:
        grid = [(cap_calls, in_flight) for cap_calls in self.caps for in_flight in self.in_flight]
        if self.everywhere:
            return grid
        if fault != "none" and FAULTS_AT in grid:
            return [FAULTS_AT]
        return [place for place in grid if place[0] <= place[1] * MOST_IN_A_ROW] or grid
