"""What a metric is, and the buckets of histograms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Role = Literal["worker", "pool", "gateway", "sink"]

DECIDING: tuple[Role, ...] = ("worker", "pool")
MILLISECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
MINUTES = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
MEBIBYTES = tuple(float(2**power) for power in range(16, 29, 2))


@dataclass(frozen=True, eq=False, slots=True)
class Metric:
    """One metric. `todo` says what to look at when it moves, or that nothing needs doing."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    unit: str
    exposed_by: tuple[Role, ...]
    meaning: str
    todo: str
    buckets: tuple[float, ...] = ()
