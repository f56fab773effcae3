"""Which questions of one partition are open: nothing of its own, an index of the runs table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.core import tables
from streams.core.tables import Tables
from streams.core.timers import Change


@dataclass(slots=True)
class OpenQuestions:
    """Every change of the runs table is noted. Read from any thread."""

    _asked_at_ms: dict[str, int] = field(default_factory=dict)

    def note(self, changes: Iterable[Change]) -> None:
        """Take in changed entries: table, key and value."""
        for table, row_key, entry in changes:
            if table != tables.RUNS:
                continue
            question = None if entry is None else entry["question"]
            if question is None:
                self._asked_at_ms.pop(row_key, None)
            else:
                self._asked_at_ms[row_key] = question["asked_at_ms"]

    def oldest_s(self, now_ms: int) -> float:
        """How long the oldest has been open, in seconds; 0 when none is."""
        return (now_ms - min(list(self._asked_at_ms.values()), default=now_ms)) / 1000

    def __len__(self) -> int:
        return len(self._asked_at_ms)


def open_questions_of(current: Tables) -> OpenQuestions:
    """The open questions of the tables."""
    found = OpenQuestions()
    found.note((tables.RUNS, key, entry) for key, entry in current.items(tables.RUNS))
    return found
