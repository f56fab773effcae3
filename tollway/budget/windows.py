"""When a window begins and ends. They are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from streams.core.contract import Window

ZONE = "UTC"
"""The time zone that the windows of caps are in."""


class Bounds(NamedTuple):
    """A window from its first moment to the first moment after it."""

    start: datetime
    end: datetime


def bounds(window: Window, at_ms: int) -> Bounds | None:
    """The window that `at_ms` falls in; None for the window of a run, which has no clock."""
    now = datetime.fromtimestamp(at_ms / 1000, UTC)
    hour = now.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    month = day.replace(day=1)
    return {
        "run": None,
        "hour": Bounds(hour, hour + timedelta(hours=1)),
        "day": Bounds(day, day + timedelta(days=1)),
        "month": Bounds(month, (month + timedelta(days=31)).replace(day=1)),
    }[window]
