"""Which runs are under way, from the changes of the runs table and from the tables themselves."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core import tables
from streams.core.open_runs import OpenRuns, open_runs_of
from streams.core.tables import Tables


def entry(phase: str) -> Any:
    return {"phase": phase}


@pytest.mark.parametrize("phase", ["travelling", "waiting", "delayed"])
def test_a_run_is_open_until_it_has_ended(phase: str) -> None:
    runs = OpenRuns()
    runs.note([(tables.RUNS, "acme|1", entry(phase)), (tables.RUNS, "acme|1", entry(phase))])
    assert len(runs) == 1
    runs.note([(tables.RUNS, "acme|1", entry("finished"))])
    assert len(runs) == 0


def test_a_run_that_asks_a_person_keeps_no_other_from_beginning() -> None:
    runs = OpenRuns()
    runs.note([(tables.RUNS, "acme|1", entry("waiting")), (tables.RUNS, "acme|1", entry("asking"))])
    assert len(runs) == 0


def test_a_run_that_is_forgotten_is_not_open() -> None:
    runs = OpenRuns()
    runs.note([(tables.RUNS, "acme|1", entry("waiting")), (tables.RUNS, "acme|1", None)])
    assert len(runs) == 0


def test_other_tables_hold_no_runs() -> None:
    runs = OpenRuns()
    runs.note([(tables.BUDGET, "acme|run|1", {"spent_usd_micros": 1})])
    assert len(runs) == 0


def test_after_a_fold_those_of_the_tables_are_open() -> None:
    current = Tables()
    for number, phase in enumerate(["waiting", "finished", "travelling"]):
        current.put(tables.RUNS, f"acme|{number}", entry(phase))
    assert len(open_runs_of(current)) == 2
