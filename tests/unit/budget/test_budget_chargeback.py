"""Costs in the warehouse: each once, whoever they are charged to, and safe to open anywhere."""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.warehouse.reading import Reader
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Warehouse
from streams.sources.opening import open_export
from streams.sources.record import RecordSource
from tests.builders import CODEC, result
from tests.unit.budget.told import book_of, exported, give_up, waiting_for
from tests.unit.core.journey import Journey
from tollway.budget.chargeback import COLUMNS, Month, charges, decimal_usd, plain
from tollway.cli import main

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

JANUARY = Month(2026, 1)
TOTAL = 4 * 1 + 4 * 2
"""Of two runs with four calls each."""


def landed(source: RecordSource, path: Path) -> Reader:
    asyncio.run(WarehouseSink(source, Warehouse(path), CODEC).catch_up())
    return Reader(path, patience_s=1.0)


def three_runs() -> Journey:
    """Two that are resolved, and one that is rejected before it costs anything."""
    journey = Journey()
    for number in (1, 2):
        journey.start(event_id=f"e-{number}", user_id=f"user-{number}")
        journey.finish(partial(result, cost_usd_micros=number))
    journey.start(event_id="e-3", intent="unheard_of", workflow=None)
    return journey


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of three runs; leave it as it is."""
    folder = tmp_path_factory.mktemp("three")
    landed(open_export(exported(three_runs(), folder)), folder / "warehouse.duckdb")
    return folder / "warehouse.duckdb"


def chargeback(path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["budget", "chargeback", "--path", str(path), *words])


def test_a_month_is_what_its_runs_cost_and_no_other_month_is(warehouse: Path) -> None:
    told = json.loads(chargeback(warehouse, "--month", "2026-01", "--json").stdout)

    assert [(row["user"], row["usd_micros"]) for row in told["charges"]] == [
        ("user-1", 4),
        ("user-2", 8),
    ]
    assert told["usd_micros"] == TOTAL
    other = chargeback(warehouse, "--month", "2025-12", "--json").stdout
    assert json.loads(other)["charges"] == []


def test_however_a_month_is_divided_it_comes_to_the_same(warehouse: Path) -> None:
    for by in itertools.combinations(COLUMNS, 2):
        rows = charges(Reader(warehouse), JANUARY, by)
        assert sum(row.usd_micros for row in rows) == TOTAL


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_the_warehouse_charges_what_the_ledger_moved_corrections_included(
    data: st.DataObject,
) -> None:
    def answering(call: Call) -> CallResult:
        cost = data.draw(st.integers(0, call["reserved_usd_micros"]))
        return result(call, cost_usd_micros=cost)

    journey, call = waiting_for("send")
    give_up(journey)
    journey.finish(answering)
    journey.answer(result(call, cost_usd_micros=data.draw(st.integers(0, 300))))
    for number in range(2, 4):
        journey.start(event_id=f"e-{number}", user_id=data.draw(st.sampled_from(["ann", "bob"])))
        journey.finish(answering)
    moved: dict[str, int] = {}
    for each in book_of(journey).calls.values():
        moved[each.user_id] = moved.get(each.user_id, 0) + each.cost_usd_micros

    with TemporaryDirectory() as folder:
        source = open_export(exported(journey, Path(folder)))
        reader = landed(source, Path(folder) / "warehouse.duckdb")
        charged = {row.to[0]: row.usd_micros for row in charges(reader, JANUARY, ["user"])}
        views = [
            reader.ask(f"SELECT sum(spent_usd_micros)::BIGINT FROM {view}").rows[0][0]
            for view in ("cost_per_outcome", "cost_per_resolved_case")
        ]

    assert charged == {user: usd for user, usd in moved.items() if usd or user in charged}
    assert views == [sum(moved.values())] * 2


def test_a_resolved_case_costs_what_all_runs_of_its_kind_cost(warehouse: Path) -> None:
    with duckdb.connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            "SELECT runs, resolved, spent_usd_micros, usd_micros_per_resolved_case "
            "FROM cost_per_resolved_case ORDER BY runs"
        ).fetchall()
        ends = connection.execute(
            "SELECT outcome, runs, usd_micros_per_run FROM cost_per_outcome ORDER BY outcome"
        ).fetchall()

    assert rows == [(1, 0, 0, None), (2, 2, TOTAL, 6.0)]
    assert ends == [("rejected", 1, 0.0), ("resolved", 2, 6.0)]


def test_a_run_that_began_twice_is_charged_once(warehouse: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(warehouse, tmp_path / "twice.duckdb"))
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO facts.run_starts FROM facts.run_starts")
        connection.execute("INSERT INTO facts.outcomes FROM facts.outcomes")
    told = json.loads(chargeback(path, "--month", "2026-01", "--json").stdout)

    assert told["usd_micros"] == TOTAL
    assert {charge["runs"] for charge in told["charges"]} == {1}


def test_the_csv_has_exact_amounts_and_no_formulas(tmp_path: Path) -> None:
    journey = Journey()
    journey.start(user_id='=HYPERLINK("http://x")')
    journey.finish(partial(result, cost_usd_micros=7))
    landed(open_export(exported(journey, tmp_path)), tmp_path / "w.duckdb")
    ended = chargeback(
        tmp_path / "w.duckdb", "--month", "2026-01", "--csv", str(tmp_path / "c.csv")
    )
    with (tmp_path / "c.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)

    assert ended.exit_code == 0
    assert row["user"] == '\'=HYPERLINK("http://x")'
    assert (row["usd"], row["usd_micros"], row["runs"]) == ("0.000028", "28", "1")
    assert (row["month"], row["time_zone"]) == ("2026-01", "UTC")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\uff1d"])
def test_text_that_a_spreadsheet_would_run_is_made_plain(first: str) -> None:
    assert plain(f"{first}1+1") == f"'{first}1+1"
    assert plain(f"a{first}1") == f"a{first}1"


@given(st.integers(-(10**15), 10**15))
def test_dollars_are_written_exactly(micros: int) -> None:
    written = decimal_usd(micros)
    assert int(written.replace(".", "")) == micros
    assert written[-7] == "."


def test_a_month_begins_and_ends_where_its_zone_says() -> None:
    month = Month(2026, 12, ZoneInfo("Europe/Berlin"))
    assert month.start == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert month.end == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


def test_a_cost_is_charged_in_the_month_of_the_zone_that_was_asked_for(
    warehouse: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(warehouse, tmp_path / "late.duckdb"))
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE facts.spend SET moved_at = '2026-11-30 23:30:00'")
    for zone, month in (("UTC", "2026-11"), ("Europe/Berlin", "2026-12")):
        told = chargeback(path, "--month", month, "--zone", zone, "--json").stdout
        assert json.loads(told)["usd_micros"] == TOTAL
    other = chargeback(path, "--month", "2026-11", "--zone", "Europe/Berlin", "--json").stdout
    assert json.loads(other)["usd_micros"] == 0


def test_a_month_that_is_not_over_is_said_to_be_so(warehouse: Path) -> None:
    over, running = (chargeback(warehouse, "--month", month) for month in ("2025-12", "2026-01"))
    assert "the month may not be whole" in running.stderr
    assert over.stderr == ""
    assert "$0.000012 (12 micro-USD) in all" in running.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--month", "2026-13"), "is no month"),
        (("--month", "2026-11", "--by", "user,shoe"), "'shoe' is none of workspace"),
        (("--month", "2026-11", "--zone", "Mars/Base"), "no time zone is called"),
        (("--month", "2026-11", "--zone", "../UTC"), "no time zone is called"),
    ],
)
def test_what_was_typed_wrong_is_named(warehouse: Path, words: tuple[str, ...], said: str) -> None:
    ended = chargeback(warehouse, *words)
    assert ended.exit_code == 2
    assert said in ended.stderr
