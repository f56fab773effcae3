"""Whether what was sampled is flat: the slope of the last half, against a stated limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, linear_regression

from bench.soak.looking import Look

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a kind of figure may grow in an hour: a share of its mean, or `slack` if more."""

    kind: str
    share: float
    slack: float


LIMITS = (
    Limit("RSS MiB", 0.10, 8.0),
    Limit("open files", 0.10, 4.0),
    Limit("threads", 0.10, 2.0),
    Limit("entries", 0.10, 200.0),
)
"""A process of 100 MiB that grows by 10 an hour is not called flat, nor is a table by a tenth."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure over time: how it began, where it stands, and what an hour adds to it.

    `limit` is what an hour may add, None for what may grow.
    """

    first: float
    mean: float
    last: float
    highest: float
    per_hour: float
    limit: float | None

    @property
    def flat(self) -> bool:
        """Whether it stays within its limit."""
        return self.limit is None or self.per_hour <= self.limit


def trends(times_s: Sequence[float], looks: Sequence[Look]) -> Mapping[str, Trend]:
    """The trend of every figure. Mean and slope are of the last half."""
    names = sorted({name for look in looks for name in look})
    return {name: _trend(name, times_s, [look.get(name, 0.0) for look in looks]) for name in names}


def _trend(name: str, times_s: Sequence[float], values: Sequence[float]) -> Trend:
    half = len(values) // 2
    mean = fmean(values[half:])
    return Trend(
        first=values[0],
        mean=mean,
        last=values[-1],
        highest=max(values),
        per_hour=linear_regression(times_s[half:], values[half:]).slope * HOUR_S,
        limit=_limit(name, mean),
    )


def _limit(name: str, mean: float) -> float | None:
    for limit in LIMITS:
        if name.startswith(limit.kind):
            return max(limit.share * mean, limit.slack)
    return None
