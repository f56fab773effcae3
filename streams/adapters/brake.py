"""Backpressure of one partition: how many runs may be under way, and how much may wait in memory.

What is held back stays on its topic. Runs that have begun are never held back: only so can they
end and make room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core.open_runs import OpenRuns, open_runs_of

if TYPE_CHECKING:
    from streams.adapters.parts import Limits
    from streams.core.draft import Draft
    from streams.core.fold import Fold
    from streams.core.inbox import Inbox, Queue
    from streams.core.inputs import Input


class Brake:
    """Follows the fold that decisions are made on, and takes inputs from the inbox."""

    def __init__(self, inbox: Inbox, limits: Limits) -> None:
        self._inbox = inbox
        self._limits = limits
        self.open_runs = OpenRuns()

    def follow(self, fold: Fold) -> None:
        """From now on these are the tables."""
        self.open_runs = open_runs_of(fold.tables)

    def note(self, draft: Draft) -> None:
        """Take in what a decision changes."""
        self.open_runs.note(draft.changes)

    def take(self, *, facts_only: bool) -> Input | None:
        """The next input; none that would begin a run while as many as may be are under way."""
        return self._inbox.take(facts_only=facts_only, enter=not self.holds)

    @property
    def holds(self) -> bool:
        """Whether no run may begin."""
        return len(self.open_runs) >= self._limits.open_runs

    @property
    def entry(self) -> str:
        """The logical topic whose records begin runs; empty when none does."""
        return self._inbox.entry

    @property
    def held(self) -> int:
        """Inputs that wait here until a run may begin."""
        return self._inbox.entering if self.holds else 0

    def full(self) -> list[str]:
        """Logical topics of which so much waits that the driver should hold them back."""
        return self._inbox.topics_whose(self._has_too_much)

    def drained(self) -> list[str]:
        """Logical topics of which so little waits that the driver may go on."""
        return self._inbox.topics_whose(self._has_room)

    def _has_too_much(self, queue: Queue) -> bool:
        limits = self._limits
        return len(queue) > limits.inbox_records or queue.size_bytes > limits.inbox_bytes

    def _has_room(self, queue: Queue) -> bool:
        few = len(queue) <= self._limits.inbox_records // 4
        return few and queue.size_bytes <= self._limits.inbox_bytes // 4
