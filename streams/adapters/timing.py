"""The timers of one partition as its processor decides: what stands, and what is due.

Also the questions to people, which wait for one or for time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core.approvals.open_questions import OpenQuestions, open_questions_of
from streams.core.timers import Timers, timers_of

if TYPE_CHECKING:
    from streams.core.draft import Draft
    from streams.core.fold import Fold
    from streams.core.inbox import Inbox
    from streams.core.timers import Timer


class Timing:
    """Follows the fold that decisions are made on. See Timed."""

    _fold: Fold

    def __init__(self, partition: int, inbox: Inbox) -> None:
        self.partition = partition
        self._inbox = inbox
        self._timers = Timers()
        self.questions = OpenQuestions()

    def follow(self, fold: Fold) -> None:
        """From now on these are the tables."""
        self._fold = fold
        self._timers = timers_of(fold.tables)
        self.questions = open_questions_of(fold.tables)

    def note(self, draft: Draft) -> None:
        """Take in what a decision changes."""
        self._timers.note(draft.changes)
        self.questions.note(draft.changes)

    def entries(self, table: str) -> int:
        """How many entries `table` has; 0 while the partition folds. From any thread."""
        return self._fold.tables.count(table) if self._inbox.expected else 0

    def any_due(self, now_ms: int) -> bool:
        """Whether a timer may be due; False while the partition folds."""
        return bool(self._inbox.expected) and self._timers.any_due(now_ms)

    def take_due(self, now_ms: int) -> list[Timer]:
        """The timers that are due."""
        return self._timers.take_due(self._fold.tables, now_ms)

    def decided(self, topic: str) -> int:
        """The offset after the last that was decided on, or dropped as a copy."""
        return self._inbox.undecided_from(topic)

    def applied(self, topic: str) -> int:
        """The offset after the last that was decided on; copies behind it do not count."""
        return self._fold.next_offset(topic)
