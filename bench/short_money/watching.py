"""The ledger as it grows: which runs have ended or wait for money, and what they came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streams.core import tables
from tollway.budget.calls import CallBook
from tollway.budget.reading import Decided, LedgerReading, now_ms

if TYPE_CHECKING:
    from schemas.records import Outcome

SOON_MS = 60_000
"""A paused run that is due later than this waits for the next window, or for an operator."""


@dataclass(slots=True)
class Watching:
    """Everything that was decided so far, of one workspace."""

    reading: LedgerReading
    workspace: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    """How many runs took each."""
    first_rung: int | None = None
    first_refusal: int | None = None
    """Their places among the workspace's decisions."""
    book: CallBook = field(init=False)
    decisions: int = 0
    _taken: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.book = CallBook(self.reading.codec)

    async def look(self) -> None:
        """Take in what has come."""
        self.reading.until_ms = now_ms()
        async for decided in self.reading.decisions():
            if decided.decision["workspace"] == self.workspace:
                self._take(decided)

    def paused(self) -> dict[str, Any]:
        """Runs that wait for the next window or a higher cap, by id."""
        entries = (entry for fold in self.reading.folds for _, entry in fold.tables.items("runs"))
        late = now_ms() + SOON_MS
        return {
            entry["run"]["run_id"]: entry["run"]
            for entry in entries
            if entry["phase"] == "paused"
            and entry["run"]["workspace"] == self.workspace
            and entry["due_at_ms"] > late
        }

    def spent_usd_micros(self) -> int:
        """What the workspace's own account says that it spent."""
        return sum(
            entry["spent_usd_micros"]
            for fold in self.reading.folds
            for key, entry in fold.tables.items(tables.BUDGET)
            if key.startswith(tables.key(self.workspace, "workspace", self.workspace, "day"))
        )

    def _take(self, decided: Decided) -> None:
        decision = decided.decision
        self.decisions += 1
        self.book.take(decided)
        self.rules[decision["rule"]] += 1
        self._rungs(decision["run_id"], decision["rungs"])
        if decision["reason"].startswith("budget: "):
            self.first_refusal = self.first_refusal or self.decisions
        for emit in decision["emits"]:
            if emit["topic"] == "outcomes":
                outcome: Any = self.reading.codec.decode("outcome", emit["value"])
                self.outcomes[outcome["run_id"]] = outcome

    def _rungs(self, run_id: str, rungs: Iterable[str]) -> None:
        for rung in rungs:
            self.first_rung = self.first_rung or self.decisions
            if (run_id, rung) not in self._taken:
                self._taken.add((run_id, rung))
                self.rungs[rung] += 1
