"""Windows of caps: which one a moment falls in, which come before and after, and when it is over.

A window stands in an account key by its kind, with the time zone unless that is UTC, and by its
name. Names of one kind sort as time goes. Hours are hours of UTC everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

RUN = "run"
ZONE_MARK = "@"
QUARTER_MS = 900_000
"""Zones differ from UTC by whole quarters of an hour, so no window turns within one."""

FORMATS: Mapping[str, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}
_NEXT: Mapping[str, Callable[[datetime], datetime]] = {
    "hour": lambda start: start + timedelta(hours=1),
    "day": lambda start: start + timedelta(days=1),
    "month": lambda start: (start.replace(day=1) + timedelta(days=32)).replace(day=1),
}
_LAST: Mapping[str, Callable[[datetime], datetime]] = {
    "hour": lambda now: now - timedelta(hours=1),
    "day": lambda now: now - timedelta(days=1),
    "month": lambda now: now.replace(day=1) - timedelta(days=1),
}


def kind_of(window: str, time_zone: str) -> str:
    """A kind of window as it stands in keys, such as `day` or `day@Europe/Berlin`."""
    plain = window in {RUN, "hour"} or time_zone == "UTC"
    return window if plain else f"{window}{ZONE_MARK}{time_zone}"


def names(kind: str, now_ms: int) -> tuple[str, str | None]:
    """Names of the window that `now_ms` falls in and of the one before; a run has none before."""
    return ("", None) if kind == RUN else _names(kind, now_ms // QUARTER_MS)


def passed(kind: str, name: str, now_ms: int) -> bool:
    """Whether the window is over; a run's never is."""
    return kind != RUN and name < names(kind, now_ms)[0]


@lru_cache(maxsize=1024)
def following(kind: str, name: str) -> str:
    """The name of the next window."""
    window, _ = _split(kind)
    return _NEXT[window](_start(window, name)).strftime(FORMATS[window])


@lru_cache(maxsize=1024)
def preceding(kind: str, name: str) -> str:
    """The name of the window before."""
    window, _ = _split(kind)
    return _LAST[window](_start(window, name)).strftime(FORMATS[window])


@lru_cache(maxsize=1024)
def starts_at_ms(kind: str, name: str) -> int:
    """The first moment of the window; not for a run's."""
    window, zone = _split(kind)
    return int(_start(window, name).replace(tzinfo=zone).timestamp() * 1000)


@lru_cache(maxsize=1024)
def settled_at_ms(kind: str, name: str) -> int:
    """When the window after this one ends, and with it the last that this one counts in."""
    return starts_at_ms(kind, following(kind, following(kind, name)))


@lru_cache(maxsize=4096)
def _names(kind: str, quarter: int) -> tuple[str, str]:
    window, zone = _split(kind)
    now = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, zone).replace(tzinfo=None)
    return now.strftime(FORMATS[window]), _LAST[window](now).strftime(FORMATS[window])


def _split(kind: str) -> tuple[str, tzinfo]:
    window, _, zone = kind.partition(ZONE_MARK)
    return window, ZoneInfo(zone) if zone else UTC


def _start(window: str, name: str) -> datetime:
    """In the local time of its zone."""
    return datetime.strptime(name, FORMATS[window])  # noqa: DTZ007  its zone is the caller's
