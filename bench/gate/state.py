"""What the tables keep, in bytes of key and value, read from the ledger of a recorded history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from schemas.codec import Codec
from streams.core import budget, tables
from streams.core.fold import Fold
from streams.core.windows import RUN
from streams.sources.opening import open_export
from tollway.budget.reading import Decided, LedgerReading

HISTORY = Path(__file__).parents[2] / "tests" / "histories" / "2026-11-first" / "export"
FOREVER_MS = 2**62


@dataclass(frozen=True, slots=True)
class Kept:
    """Entries of one kind."""

    what: str
    count: int
    median_bytes: float
    largest_bytes: int
    until: str


@dataclass(slots=True)
class Watching:
    """Follows a ledger, and notes the largest that each run was."""

    codec: Codec = field(default_factory=Codec)
    running: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _sizes: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, decided: Decided) -> None:
        """Take in one decision."""
        for change in decided.decision["changes"]:
            place = change["table"], change["key"]
            size = 0 if change["value"] is None else len(change["key"]) + len(change["value"])
            self._sizes[place] = size
        run_id = decided.decision["run_id"]
        if run_id:
            most = self.running[run_id]
            for table, size in self._of(run_id).items():
                most[table] = max(size, most.get(table, 0))

    def kept(self, folds: Iterable[Fold]) -> list[Kept]:
        """Sizes while runs were under way, and of what the last decision left."""
        left = [entry for fold in folds for entry in fold.tables.encoded()]
        most = self.running.values()
        return [
            _kept("running run: entry", [m.get(tables.RUNS, 0) for m in most], "it goes on"),
            _kept("running run: evidence", [m.get(tables.EVIDENCE, 0) for m in most], "it ends"),
            _kept("running run: its account", [m.get(tables.BUDGET, 0) for m in most], "it ends"),
            _kept("ended run", _sizes(left, tables.RUNS), "`remember_hours` have passed"),
            _kept(
                "account of a user, workspace or tool",
                [_size(e) for e in left if e[0] == tables.BUDGET and not _of_a_run(e[1])],
                "the window after its own has passed",
            ),
        ]

    def _of(self, run_id: str) -> dict[str, int]:
        own: dict[str, int] = defaultdict(int)
        for (table, key), size in self._sizes.items():
            if run_id in key:
                own[table] += size
        return own


async def kept(export: Path = HISTORY) -> list[Kept]:
    """What the tables kept over a history."""
    watching = Watching()
    reading = LedgerReading(open_export(export), watching.codec, FOREVER_MS)
    async for decided in reading.decisions():
        watching.take(decided)
    return watching.kept(reading.folds)


def _of_a_run(key: str) -> bool:
    return key.rsplit(tables.SEPARATOR, 2)[1] == RUN or budget.scope_of(key) == "run"


def _sizes(left: Iterable[tuple[str, str, bytes]], table: str) -> list[int]:
    return [_size(entry) for entry in left if entry[0] == table]


def _size(entry: tuple[str, str, bytes]) -> int:
    return len(entry[1]) + len(entry[2])


def _kept(what: str, sizes: list[int], until: str) -> Kept:
    return Kept(what, len(sizes), median(sizes or [0]), max(sizes, default=0), until)
