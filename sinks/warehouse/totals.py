"""What the warehouse's rows add up to, against the tables of the fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import duckdb

from streams.core import tables
from streams.core.fold import Fold

Disagreement = tuple[str, str]
"""Table and message."""


def against_fold(
    connection: duckdb.DuckDBPyConnection, folds: Iterable[Fold]
) -> Iterator[Disagreement]:
    """Where runs or accounts differ. The stored warehouse is attached as `stored`."""
    connection.execute(files("sinks.warehouse").joinpath("totals.sql").read_text("utf-8"))
    runs = _by_first(connection.execute("FROM run_ends").fetchall())
    accounts = _by_first(connection.execute("FROM account_balances").fetchall())
    for fold in folds:
        yield from _runs(fold, runs)
        yield from _accounts(fold, accounts)


def _by_first(rows: Iterable[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in rows}


def _runs(fold: Fold, stored: Mapping[str, tuple[Any, ...]]) -> Iterator[Disagreement]:
    """A run is finished in both or in neither, and waits for the same call."""
    for key, entry in fold.tables.items(tables.RUNS):
        run_id = key.split(tables.SEPARATOR)[1]
        outcome, waiting = stored.get(run_id, (None, None))
        if (entry["phase"] == "finished") != (outcome is not None):
            yield "runs", f"run {run_id} is {entry['phase']}, and its outcome here is {outcome}"
        pending = entry["pending"]
        expected = [] if pending is None else [pending["call_id"]]
        if (waiting or []) != expected:
            yield "calls", f"run {run_id} waits for {expected}, and here for {waiting or []}"


def _accounts(fold: Fold, stored: Mapping[str, tuple[Any, ...]]) -> Iterator[Disagreement]:
    for account, entry in fold.tables.items(tables.BUDGET):
        expected = (entry["spent_usd_micros"], entry["reserved_usd_micros"])
        found = stored.get(account, (0, 0))
        if found != expected:
            yield "spend", f"account {account} is (spent, held) {expected}, and here {found}"
