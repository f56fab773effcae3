"""Times of one step with its gate and without, in turns, so that both see the same machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.gate.steps import Step, without_gate
from bench.measured import percentile

WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Times:
    """Medians in microseconds. `added_p99_us` is of the differences, pair by pair."""

    gate_us: float
    with_gate_us: float
    without_gate_us: float
    added_us: float
    added_p99_us: float

    @property
    def gate_decisions_per_s(self) -> float:
        """How many calls one worker's gate could decide if it did nothing else."""
        return 1_000_000 / self.gate_us


def times_of(step: Step, repeats: int) -> Times:
    """Measure `repeats` pairs after a warm-up."""
    gate = step.gate()
    gc.collect()
    gc.disable()
    try:
        rounds = [_round(step, gate) for _ in range(WARM_UP + repeats)][WARM_UP:]
    finally:
        gc.enable()
    alone, gated, ungated = zip(*rounds, strict=True)
    added = [one - other for one, other in zip(gated, ungated, strict=True)]
    p99 = percentile(added, 0.99) or 0.0
    return Times(median(alone), median(gated), median(ungated), median(added), p99)


def _round(step: Step, gate: Callable[[], Any]) -> tuple[float, float, float]:
    alone, gated = _us(gate), _us(step.decide)
    with without_gate():
        return alone, gated, _us(step.decide)


def _us(act: Callable[[], Any]) -> float:
    began = time.perf_counter_ns()
    act()
    return (time.perf_counter_ns() - began) / 1000
