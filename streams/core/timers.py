"""Timers of one partition: nothing of their own, an index of what its tables wait for.

A timer stands in an entry: when a run's call is given up, or when an account counts no more. So it
is on the ledger with the entry, survives what the ledger survives, and is over when the entry
says something else.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.core import tables
from streams.core.budget import droppable_at_ms, settled_at_ms

if TYPE_CHECKING:
    from streams.core.tables import Tables

ASK_AGAIN_MS = 1_000
"""After a tick was sent for a timer and it has not gone: the tick may be lost, or was early."""

Change = tuple[str, str, Any]
_Known = tuple[int, str, str]
"""When it is due, table and key."""


DUE_AT_MS: Mapping[str, Callable[[str, Any], int]] = {
    tables.RUNS: lambda _, entry: int(entry["due_at_ms"]),
    tables.BUDGET: droppable_at_ms,
    tables.OVERDUE: lambda _, entry: int(entry["forget_at_ms"]),
    tables.PROPOSALS: lambda _, entry: int(entry["expires_at_ms"]),
    tables.SLICES: lambda _, entry: int(entry["due_at_ms"]),
    tables.SHARED: lambda key, _: settled_at_ms(key),
    tables.HOLDINGS: lambda key, _: settled_at_ms(key),
}
"""When the timer of an entry fires, from its key and value; 0 for none."""


class Timer(NamedTuple):
    """An entry's timer; `row` is the key without the workspace."""

    workspace: str
    table: str
    row: str
    due_at_ms: int


@dataclass(slots=True)
class Timers:
    """Which timers are due. Every change of the tables is noted; the past ones drop out."""

    _heap: list[tuple[int, _Known]] = field(default_factory=list)
    _known: set[_Known] = field(default_factory=set)

    def note(self, changes: Iterable[Change]) -> None:
        """Take in changed entries: table, key and value."""
        for table, row_key, entry in changes:
            known = (due_of(table, row_key, entry), table, row_key)
            if known[0] and known not in self._known:
                self._known.add(known)
                heapq.heappush(self._heap, (known[0], known))

    def any_due(self, now_ms: int) -> bool:
        """Whether it is worth looking."""
        return bool(self._heap) and self._heap[0][0] <= now_ms

    def take_due(self, current: Tables, now_ms: int) -> list[Timer]:
        """The timers that are due by now; each comes again after `ASK_AGAIN_MS` while it stands."""
        due = []
        while self.any_due(now_ms):
            _, known = heapq.heappop(self._heap)
            due_at_ms, table, row_key = known
            if due_of(table, row_key, current.get(table, row_key)) == due_at_ms:
                due.append(known)
            else:
                self._known.discard(known)
        for known in due:
            heapq.heappush(self._heap, (now_ms + ASK_AGAIN_MS, known))
        return [_timer(*known) for known in due]


def due_of(table: str, row_key: str, entry: Any) -> int:
    """When the timer of an entry fires; 0 when it has none."""
    find = DUE_AT_MS.get(table)
    return 0 if find is None or entry is None else find(row_key, entry)


def timers_of(current: Tables) -> Timers:
    """The timers that stand in the tables."""
    timers = Timers()
    for table in DUE_AT_MS:
        timers.note((table, key, entry) for key, entry in current.items(table))
    return timers


def _timer(due_at_ms: int, table: str, row_key: str) -> Timer:
    workspace, row = row_key.split(tables.SEPARATOR, 1)
    return Timer(workspace, table, row, due_at_ms)
