"""All that the warehouse knows of one run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from schemas.errors import TollwayError
from sinks.warehouse.reading import Reader

Rows = list[dict[str, Any]]
FIND = """
SELECT run_id, event_id, workspace FROM runs
WHERE run_id = $name OR event_id = $name OR starts_with(run_id, $name)
ORDER BY run_id
"""
PARTS = {
    "decisions": "SELECT * EXCLUDE (run_id, workspace, workflow, intent, customer_tier, region) "
    "FROM decisions WHERE run_id = $run ORDER BY ledger_offset, ledger_index",
    "calls": "SELECT * EXCLUDE (run_id, workspace, workflow, intent, customer_tier, region) "
    "FROM calls WHERE run_id = $run ORDER BY ledger_offset, ledger_index",
    "checks": "SELECT name, passed, detail, checked_at, ledger_offset, ledger_index "
    "FROM checks WHERE run_id = $run ORDER BY ledger_offset, ledger_index, item",
    "stages": "SELECT stage, visit, arrived_at, left_at, queued_ms, calls_ms, acting_ms, total_ms, "
    "calls, cost_usd_micros FROM stages WHERE run_id = $run ORDER BY step",
    "dead_letters": "SELECT topic, topic_offset, reason, field, message, found_at "
    "FROM dead_letters WHERE run_id = $run ORDER BY ledger_offset, item",
}


class NoSuchRun(TollwayError):
    """No run has this name, or several have."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run with its decisions, calls, checks, stages and dead letters."""

    run: dict[str, Any]
    decisions: Rows
    calls: Rows
    checks: Rows
    stages: Rows
    dead_letters: Rows

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read_page(reader: Reader, name: str) -> RunPage:
    """The run called `name`. Raises NoSuchRun or WarehouseUnavailable."""
    run_id = find_run(reader, name)
    run = reader.ask("SELECT * FROM runs WHERE run_id = $run", {"run": run_id}).as_dicts()[0]
    parts = {part: reader.ask(sql, {"run": run_id}).as_dicts() for part, sql in PARTS.items()}
    return RunPage(run, **parts)


def find_run(reader: Reader, name: str) -> str:
    """The id of the only run with this id, beginning of an id, or event id. Raises NoSuchRun."""
    found = reader.ask(FIND, {"name": name}).rows
    exact = [run_id for run_id, _, _ in found if run_id == name]
    if exact or len(found) == 1:
        return str(exact[0] if exact else found[0][0])
    if not found:
        raise NoSuchRun(f"no run or event is called {name} here; 'tollway runs' lists the newest")
    several = "\n".join(f"  {run}  event {event} of {owner}" for run, event, owner in found[:10])
    raise NoSuchRun(f"{len(found)} runs are called {name}; give more of the id:\n{several}")
