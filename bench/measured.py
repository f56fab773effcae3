"""What is asked of a system, and what came of it. Standard library only: peers import it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

RECORD_BYTES = 1024
"""How much of a customer's text every record carries."""
STATES = 7
"""How many durable states a run passes in every system."""


@dataclass(frozen=True, slots=True)
class Load:
    """One measurement: warm up, then one run at a time, then `in_flight` runs at once."""

    runs: int
    in_flight: int = 200
    idle_runs: int = 100
    warm_up_runs: int = 200

    @property
    def total_runs(self) -> int:
        """All runs together."""
        return self.warm_up_runs + self.idle_runs + self.runs

    def smaller(self, divisor: int) -> Load:
        """The same shape for a system that is slower by an order of magnitude."""
        return replace(
            self,
            runs=max(1, self.runs // divisor),
            idle_runs=max(1, self.idle_runs // divisor),
            warm_up_runs=max(1, self.warm_up_runs // divisor),
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measurement found. CPU seconds cover the loaded part alone."""

    runs: int
    seconds: float
    latencies_ms: Sequence[float]
    idle_latencies_ms: Sequence[float]
    worker_cpu_seconds: float
    server_cpu_seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self)

    @property
    def runs_per_s(self) -> float:
        """Finished runs a second with `in_flight` runs at once."""
        return self.runs / self.seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
