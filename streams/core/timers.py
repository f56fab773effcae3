"""Timers of the runs of one partition: nothing of their own, an index of the runs table.

A timer is the `due_at_ms` of a run's entry, so it is on the ledger with the entry, survives what
the ledger survives, and is over when the entry says something else.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import RunEntry
    from streams.core.tables import Tables

ASK_AGAIN_MS = 1_000
"""After a tick was sent for a timer and it has not gone: the tick may be lost, or was early."""

Change = tuple[str, str, Any]


class Timer(NamedTuple):
    """A run's timer."""

    workspace: str
    run_id: str
    due_at_ms: int


@dataclass(slots=True)
class Timers:
    """Which timers are due. Every change of the runs table is noted; the past ones drop out."""

    _heap: list[tuple[int, int, str]] = field(default_factory=list)

    def note(self, changes: Iterable[Change]) -> None:
        """Take in changed entries: table, key and value."""
        for table, row_key, entry in changes:
            if table == tables.RUNS and entry is not None and entry["due_at_ms"]:
                heapq.heappush(self._heap, (entry["due_at_ms"], entry["due_at_ms"], row_key))

    def any_due(self, now_ms: int) -> bool:
        """Whether it is worth looking."""
        return bool(self._heap) and self._heap[0][0] <= now_ms

    def take_due(self, current: Tables, now_ms: int) -> list[Timer]:
        """The timers that are due by now; each comes again after `ASK_AGAIN_MS` while it stands."""
        due = []
        while self.any_due(now_ms):
            _, due_at_ms, row_key = heapq.heappop(self._heap)
            entry = cast("RunEntry | None", current.get(tables.RUNS, row_key))
            if entry is not None and entry["due_at_ms"] == due_at_ms:
                due.append((due_at_ms, row_key))
        for due_at_ms, row_key in due:
            heapq.heappush(self._heap, (now_ms + ASK_AGAIN_MS, due_at_ms, row_key))
        return [_timer(row_key, due_at_ms) for due_at_ms, row_key in due]


def timers_of(current: Tables) -> Timers:
    """The timers that stand in the tables."""
    timers = Timers()
    timers.note((tables.RUNS, key, entry) for key, entry in current.items(tables.RUNS))
    return timers


def _timer(row_key: str, due_at_ms: int) -> Timer:
    workspace, run_id = row_key.split(tables.SEPARATOR)
    return Timer(workspace, run_id, due_at_ms)
