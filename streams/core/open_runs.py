"""Which runs of one partition are under way: nothing of its own, an index of the runs table.

It bounds what begins. A run that has ended is remembered in the table and counts no more; one that
asks a person may do so for days, and must not keep others from beginning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.core import tables
from streams.core.tables import Tables
from streams.core.timers import Change

UNDER_WAY = frozenset({"travelling", "waiting", "delayed"})
"""Phases of a run that pools, time or this worker carry on."""


@dataclass(slots=True)
class OpenRuns:
    """Every change of the runs table is noted."""

    _keys: set[str] = field(default_factory=set)

    def note(self, changes: Iterable[Change]) -> None:
        """Take in changed entries: table, key and value."""
        for table, row_key, entry in changes:
            if table != tables.RUNS:
                continue
            if entry is not None and entry["phase"] in UNDER_WAY:
                self._keys.add(row_key)
            else:
                self._keys.discard(row_key)

    def __len__(self) -> int:
        return len(self._keys)


def open_runs_of(current: Tables) -> OpenRuns:
    """The open runs of the tables."""
    found = OpenRuns()
    found.note((tables.RUNS, key, entry) for key, entry in current.items(tables.RUNS))
    return found
