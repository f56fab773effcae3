"""When a window's cap is reached, if its spending goes on as it has so far."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from streams.core import windows
from tollway.budget.standing import Standing

HOUR_MS = 3_600_000
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
    kind, name, cap = row.parts.kind, row.parts.name, row.cap_usd_micros
    if kind == windows.RUN or cap is None:
        known = "a run has no window" if kind == windows.RUN else "its contract is not here"
        return Forecast(None, None, known)
    start = windows.starts_at_ms(kind, name)
    length, passed = (
        windows.starts_at_ms(kind, windows.following(kind, name)) - start,
        at_ms - start,
    )
    used = row.spent_usd_micros + row.reserved_usd_micros
    why = _why_not(row, passed / length)
    if why:
        return Forecast(None, None, why)
    pace, needed_ms = used * HOUR_MS / passed, passed * (cap - row.carried_usd_micros) / used
    if needed_ms >= length:
        return Forecast(pace, None, "not within this window")
    zone = ZoneInfo(row.parts.time_zone)
    return Forecast(pace, datetime.fromtimestamp((start + needed_ms) / 1000, zone), "")


def _why_not(row: Standing, share_passed: float) -> str:
    """Why nothing can be said yet, or need not be; empty when it can."""
    if row.headroom_usd_micros == 0:
        return "the cap is reached"
    if share_passed < SHORTEST_SHARE:
        return f"less than {SHORTEST_SHARE:.0%} of the window has passed"
    if row.spent_usd_micros + row.reserved_usd_micros == 0:
        return "nothing was spent in this window yet"
    return ""
