"""From single measurements to figures: medians over repeats, and ratios within a repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from bench.measured import STATES, Measured, percentile

Figures = dict[str, float | None]


class Ratio(NamedTuple):
    """Runs a second of one system over those of another, and the least that is aimed at."""

    system: str
    over: str
    aim: float | None = None


RATIOS = (
    Ratio("tollway", "aiokafka", 1),
    Ratio("tollway", "langgraph-postgres", 30),
    Ratio("tollway", "dbos"),
    Ratio("tollway-governed", "langgraph-postgres", 10),
    Ratio("tollway-governed", "dbos"),
)
IDLE_HOP_AIM_MS = 4.0


@dataclass(slots=True)
class Results:
    """What each system did in each repeat, or why it did nothing."""

    measured: dict[str, list[Measured]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, one: Measured) -> None:
        """Keep the next repeat of a system."""
        self.measured.setdefault(name, []).append(one)

    def drop(self, name: str, reason: str) -> None:
        """The system is not measured, or what was measured does not count."""
        self.measured.pop(name, None)
        self.reasons[name] = reason

    def figures(self) -> dict[str, Figures]:
        """Of each system that was measured."""
        return {name: _medians([figures(one) for one in all_]) for name, all_ in self._all()}

    def ratios(self) -> dict[Ratio, float | None]:
        """The median ratio of each pair; None when one of the two was not measured."""
        return {ratio: self._ratio(ratio) for ratio in RATIOS}

    def _all(self) -> Sequence[tuple[str, list[Measured]]]:
        return list(self.measured.items())

    def _ratio(self, ratio: Ratio) -> float | None:
        pairs = zip(self._speeds(ratio.system), self._speeds(ratio.over), strict=False)
        found = [one / other for one, other in pairs]
        return median(found) if found else None

    def _speeds(self, name: str) -> list[float]:
        return [one.runs_per_s for one in self.measured.get(name, ())]


def figures(one: Measured) -> Figures:
    """What one measurement says."""
    idle_ms = percentile(one.idle_latencies_ms, 0.5)
    return {
        "runs_per_s": one.runs_per_s,
        "p50_ms": percentile(one.latencies_ms, 0.50),
        "p95_ms": percentile(one.latencies_ms, 0.95),
        "p99_ms": percentile(one.latencies_ms, 0.99),
        "idle_p50_ms": idle_ms,
        "idle_hop_p50_ms": idle_ms / STATES,
        "worker_cpu_s_per_1000_runs": one.worker_cpu_seconds / one.runs * 1000,
        "server_cpu_s_per_1000_runs": _per_1000(one.server_cpu_seconds, one.runs),
    }


def _per_1000(seconds: float | None, runs: int) -> float | None:
    return None if seconds is None else seconds / runs * 1000


def _medians(repeats: Sequence[Mapping[str, float | None]]) -> Figures:
    return {name: _median([repeat[name] for repeat in repeats]) for name in repeats[0]}


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
