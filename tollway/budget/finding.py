"""The decisions of one run, by its id, the beginning of it, or the id of its intake event."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.errors import TollwayError
from streams.core.audit.runs import BEGINNING
from tollway.budget.explanation import Explanation, run_after
from tollway.budget.reading import Decided, LedgerReading


class NoSuchRun(TollwayError):
    """No run on the ledger has this name, or several have."""


@dataclass(slots=True)
class _Finder:
    name: str
    reading: LedgerReading
    found: dict[str, Explanation] = field(default_factory=dict)

    def take(self, decided: Decided) -> None:
        run_id = decided.decision["run_id"]
        if run_id and (run_id in self.found or self._named(decided)):
            known = self.found.setdefault(run_id, Explanation(self.reading.codec))
            known.take(decided)

    def _named(self, decided: Decided) -> bool:
        if decided.decision["run_id"].startswith(self.name):
            return True
        if decided.decision["input_topic"] != BEGINNING:
            return False
        run = run_after(self.reading.codec, decided)
        return run is not None and run["event_id"] == self.name


async def explain(reading: LedgerReading, name: str) -> Explanation:
    """The money of the run called `name`. Raises NoSuchRun."""
    finder = _Finder(name, reading)
    async for decided in reading.decisions():
        finder.take(decided)
    return _only(finder.found, name).close()


def _only(found: dict[str, Explanation], name: str) -> Explanation:
    if name in found:
        return found[name]
    if len(found) > 1:
        several = "\n".join(f"  {run_id}" for run_id in sorted(found))
        raise NoSuchRun(f"{len(found)} runs are called {name}; give more of the id:\n{several}")
    if not found:
        raise NoSuchRun(f"no run or event on this ledger is called {name}; see 'tollway runs'")
    return next(iter(found.values()))
