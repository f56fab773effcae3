"""How runs and faults keep step: no fault without a backlog, no run left over at the end.

Some runs are always under way. Each fault releases its share of the rest just before it strikes,
and may strike once the shares before it have come out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Counts of one chaos run."""

    runs: int
    faults: int
    in_flight: int
    published: int = 0
    ended: int = 0
    struck: int = 0
    striking: bool = False
    """Whether a fault is at work just now, so that silence says nothing."""

    @property
    def under_way(self) -> int:
        """Runs that were published and have no outcome yet."""
        return self.published - self.ended

    @property
    def to_publish(self) -> int:
        """How many more runs may be published now."""
        return min(self.in_flight + self._released, self.runs) - self.published

    @property
    def may_strike(self) -> bool:
        """Whether runs have come as far as the faults."""
        return self.ended > 0 and self.ended >= self._released

    @property
    def over(self) -> bool:
        """Whether every run has its outcome."""
        return self.ended >= self.runs

    def strike(self) -> None:
        """A fault is about to strike: its share of the runs is released."""
        self.struck += 1

    @property
    def _released(self) -> int:
        if not self.faults:
            return self.runs
        return max(0, self.runs - self.in_flight) * self.struck // self.faults
