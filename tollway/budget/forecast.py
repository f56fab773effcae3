"""When a window's cap is reached, if its spending goes on as it has so far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tollway.budget.standing import Standing
from tollway.budget.windows import bounds

SHORTEST_SHARE = 0.02
"""Of a window that must have passed: what the first moments cost says nothing of the rest."""


class Forecast(NamedTuple):
    """The pace so far, and when it reaches the cap; None in both where `why` says why not."""

    usd_micros_per_hour: float | None
    reached_at: datetime | None
    why: str


def forecast(row: Standing, at_ms: int) -> Forecast:
    """Linear: what was spent and is held now, spread evenly over the window so far.

    Held money of the window before counts against the cap and not as pace.
    """
    within = bounds(row.parts.window, at_ms)
    if within is None or row.cap_usd_micros is None:
        none = "a run has no window" if within is None else "its contract is not here: no cap known"
        return Forecast(None, None, none)
    passed = datetime.fromtimestamp(at_ms / 1000, UTC) - within.start
    share, used = (
        passed / (within.end - within.start),
        row.spent_usd_micros + row.reserved_usd_micros,
    )
    why = _why_not(row, share)
    if why:
        return Forecast(None, None, why)
    pace = used / (passed / timedelta(hours=1))
    times_as_long = (row.cap_usd_micros - row.carried_usd_micros) / used
    if share * times_as_long >= 1:
        return Forecast(pace, None, "not within this window")
    return Forecast(pace, within.start + passed * times_as_long, "")


def _why_not(row: Standing, share_passed: float) -> str:
    """Why nothing can be said yet, or need not be; empty when it can."""
    if row.headroom_usd_micros == 0:
        return "the cap is reached"
    if share_passed < SHORTEST_SHARE:
        return f"less than {SHORTEST_SHARE:.0%} of the window has passed"
    if row.spent_usd_micros + row.reserved_usd_micros == 0:
        return "nothing was spent in this window yet"
    return ""
