"""A second book of the budget, that knows calls and calendars and no accounts.

It keeps every call with when it was asked for and when it was settled, and adds up from them
what each window of each owner has spent and holds. Nothing is shared with `streams.core.budget`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from streams.core.caps import Cap

START = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}


@dataclass
class ModelCall:
    """One call: whose, what, how much is held, and how it ended."""

    user: str
    run: str
    name: str
    asked_at_ms: int
    held: int
    cost: int | None = None
    settled_at_ms: int = 0


@dataclass
class BudgetModel:
    """Expected balances by account key."""

    caps: tuple[Cap, ...]
    calls: list[ModelCall] = field(default_factory=list)

    def spent_and_held(self) -> tuple[Counter[str], Counter[str]]:
        """By account key, from all calls ever made."""
        spent: Counter[str] = Counter()
        held: Counter[str] = Counter()
        for call in self.calls:
            for key in self.keys(call):
                if call.cost is None:
                    held[key] += call.held
                else:
                    spent[key] += call.cost
        return spent, held

    def keys(self, call: ModelCall) -> set[str]:
        """The accounts that a call counts in: of its own window, and of the next if it is late."""
        found = set()
        for cap in self.caps:
            if cap.name not in (None, call.name):
                continue
            window = window_at(cap, call.asked_at_ms)
            found.add(f"{owner(cap, call)}|{window}")
            if call.cost is not None and is_late(cap, window, call.settled_at_ms):
                found.add(f"{owner(cap, call)}|{next_window(cap, window)}")
        return found


def owner(cap: Cap, call: ModelCall) -> str:
    whose = {"run": call.run, "user": call.user, "workspace": "acme", "tool": call.name}[cap.scope]
    if cap.scope == "tool" and cap.window == "run":
        whose = f"{call.run}|{call.name}"
    scope = cap.scope if cap.name is None or cap.scope == "tool" else f"{cap.scope}:{cap.name}"
    zoned = cap.window in ("day", "month") and cap.time_zone != "UTC"
    return f"acme|{scope}|{whose}|{cap.window}{'@' + cap.time_zone if zoned else ''}"


@lru_cache(maxsize=100_000)
def window_at(cap: Cap, at_ms: int) -> str:
    if cap.window == "run":
        return ""
    zone = UTC if cap.window == "hour" else ZoneInfo(cap.time_zone)
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime(START[cap.window])


def is_late(cap: Cap, window: str, settled_at_ms: int) -> bool:
    """One or two windows later: the next one still counts. No window comes after a run's."""
    if cap.window == "run":
        return False
    last = next_window(cap, next_window(cap, window))
    return window < window_at(cap, settled_at_ms) <= last


@lru_cache(maxsize=10_000)
def next_window(cap: Cap, window: str) -> str:
    """By walking the calendar an hour at a time."""
    moment = datetime.strptime(window, START[cap.window]).replace(tzinfo=UTC)
    while moment.strftime(START[cap.window]) == window:
        moment += timedelta(hours=1)
    return moment.strftime(START[cap.window])
