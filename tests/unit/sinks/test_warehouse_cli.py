"""What the commands on the warehouse print, and when they fail."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from streams.core.hashing import run_id
from tests.builders import WORKSPACE
from tollway.cli import main

A, B = (run_id(WORKSPACE, name) for name in "ab")


def tollway(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_sql_prints_a_table(landed: Path) -> None:
    sql = "SELECT outcome, count(*) AS runs FROM runs GROUP BY outcome ORDER BY outcome"

    assert lines(tollway("sql", sql, "--path", landed)) == [
        "outcome    runs",
        "---------  ----",
        "escalated     1",
        "rejected      1",
        "resolved      1",
        "(3 rows)",
    ]


def test_sql_prints_an_empty_table(landed: Path) -> None:
    sql = "SELECT run_id FROM runs WHERE false"

    assert lines(tollway("sql", sql, "--path", landed)) == ["run_id", "------", "(0 rows)"]


def test_sql_prints_json_with_zoned_times(landed: Path) -> None:
    sql = "SELECT run_id, received_at, citations FROM runs WHERE event_id = 'a'"
    result = tollway("sql", sql, "--json", "--path", landed)

    (row,) = json.loads(result.stdout)
    assert row["run_id"] == A
    assert row["received_at"].endswith("Z")
    assert row["citations"] == []


def test_sql_prints_csv(landed: Path) -> None:
    sql = "SELECT event_id, answer FROM runs ORDER BY event_id"
    rows = list(csv.DictReader(lines(tollway("sql", sql, "--csv", "--path", landed))))

    assert [row["event_id"] for row in rows] == ["a", "b", "c"]


def test_sql_names_what_there_is_when_a_column_is_unknown(landed: Path) -> None:
    result = tollway("sql", "SELECT nonesuch FROM runs", "--path", landed)

    assert result.exit_code == 1
    assert "nonesuch" in result.stderr
    assert "  calls: call_id, run_id, workspace" in result.stderr


def test_sql_takes_one_format(landed: Path) -> None:
    assert "exclude each other" in tollway("sql", "SELECT 1", "--json", "--csv").stderr
    assert landed.exists()


def test_runs_lists_the_newest_first_and_can_choose(landed: Path) -> None:
    everything = lines(tollway("runs", "--path", landed))
    chosen = lines(tollway("runs", "--outcome", "escalated", "--path", landed))

    assert [row.split()[1] for row in everything[2:-1]] == ["c", *_by_id("a", "b")]
    assert [row.split()[0] for row in chosen[2:-1]] == [B[:12]]
    assert lines(tollway("runs", "--workspace", "other", "--path", landed))[-1] == "(0 rows)"
    assert lines(tollway("runs", "--limit", 1, "--path", landed))[-1] == "(1 row)"


def _by_id(*names: str) -> list[str]:
    """Names of events that came at the same time, in the order of their runs' ids."""
    return sorted(names, key=lambda name: run_id(WORKSPACE, name))


def test_runs_as_json_gives_every_column(landed: Path) -> None:
    rows = json.loads(tollway("runs", "--json", "--path", landed).stdout)

    assert {row["run_id"] for row in rows} >= {A, B}
    assert {"contract_version", "spent_usd_micros", "request"} <= rows[0].keys()


@pytest.mark.parametrize("name", [A, A[:9], "a"])
def test_run_show_tells_a_run_from_its_request_to_its_answer(landed: Path, name: str) -> None:
    page = tollway("run", "show", name, "--path", landed).stdout

    for part in (
        f"Run {A}",
        "resolved in ",
        "4 calls, $0.000040 spent",
        "please do 1",
        "It is done.",
        "asked retrieval shelf, $0.000050 held: ",
        "tool look is done by test, $0.000010 after ",
        "passed  all_steps_done",
        "contract tiny@1",
        "ledger/0 from offset 0",
    ):
        assert part in page, part
    order = [page.index(f" {state} ") for state in ("retrieval", "plan", "execute", "verify")]
    assert order == sorted(order)


def test_run_show_says_what_was_refused(landed: Path) -> None:
    page = tollway("run", "show", "b", "--path", landed).stdout

    assert "escalated" in page
    assert "tool look is refused" in page
    assert "FAILED  all_steps_done" in page


def test_run_show_as_json_has_all_parts(landed: Path) -> None:
    page = json.loads(tollway("run", "show", "a", "--json", "--path", landed).stdout)

    assert page["run"]["outcome"] == "resolved"
    assert len(page["calls"]) == 4
    assert page["decisions"][0]["state"] == "intake"
    assert page["stages"][-1]["stage"] == "log"


def test_run_show_of_nothing_says_where_to_look(landed: Path) -> None:
    result = tollway("run", "show", "zzz", "--path", landed)

    assert result.exit_code == 1
    assert "'tollway runs' lists" in result.stderr


def test_run_show_of_several_lists_them(landed: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.duckdb"
    twice.write_bytes(landed.read_bytes())
    with duckdb.connect(twice) as connection:
        connection.execute("UPDATE facts.run_starts SET event_id = 'same'")
    result = tollway("run", "show", "same", "--path", twice)

    assert result.exit_code == 1
    assert "3 runs are called same" in result.stderr
    assert A in result.stderr


def test_without_a_warehouse_every_command_says_how_to_make_one(tmp_path: Path) -> None:
    missing = tmp_path / "none.duckdb"
    for command in (("runs",), ("run", "show", "a"), ("sql", "SELECT 1")):
        result = tollway(*command, "--path", missing)
        assert result.exit_code == 1
        assert "run 'tollway sink warehouse'" in result.stderr


def test_the_deployments_folder_holds_the_warehouse(
    landed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(landed.read_bytes())
    monkeypatch.setenv("TOLLWAY_DATA_DIR", str(tmp_path))

    assert lines(tollway("runs"))[-1] == "(3 rows)"


def test_a_warehouse_is_rebuilt_from_an_export_and_equals_it(export: Path, tmp_path: Path) -> None:
    path = tmp_path / "rebuilt.duckdb"

    landed = lines(tollway("sink", "warehouse", "--export", export, "--path", path))
    again = lines(tollway("sink", "warehouse", "--export", export, "--path", path))
    same = lines(tollway("audit", "warehouse", "--export", export, "--path", path))

    assert landed[-1].endswith(f"blocks of the ledger taken into {path}")
    assert again[-1].startswith("0 blocks")
    assert same == ["The warehouse equals the fold of the ledger."]


def test_a_warehouse_that_differs_fails_the_audit(export: Path, warehouse: Path) -> None:
    with duckdb.connect(warehouse) as connection:
        connection.execute("DELETE FROM facts.checks")

    result = tollway("audit", "warehouse", "--export", export, "--path", warehouse)
    listed = tollway("audit", "warehouse", "--export", export, "--path", warehouse, "--json")

    assert result.exit_code == 1
    assert "checks: " in result.stdout
    assert {row["table"] for row in json.loads(listed.stdout)} == {"checks"}


def test_a_folder_without_an_export_says_how_to_make_one(tmp_path: Path) -> None:
    result = tollway("sink", "warehouse", "--export", tmp_path)

    assert result.exit_code == 1
    assert f"'tollway export {tmp_path}' makes one" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        "sql",
        "runs",
        "run show",
        "sink warehouse",
        "audit verify",
        "audit warehouse",
        "export",
        "replay",
    ],
)
def test_every_help_teaches_with_an_example(command: str) -> None:
    text = tollway(*command.split(), "--help").stdout

    assert "Example" in text
    assert f"tollway {command}" in text
