"""`tollway budget reconcile`: what it prints of a bill, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.builders import result
from tests.unit.budget.told import exported, give_up, waiting_for
from tollway.cli import main

TIME = "2026-01-05T12:00:00Z"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A run of four calls of which one, of the tool send, was given up at $0.000300."""
    journey, _ = waiting_for("send")
    give_up(journey)
    journey.finish()
    return exported(journey, tmp_path / "export")


@pytest.fixture
def run_id() -> str:
    """The id of its run."""
    return waiting_for("send")[1]["run_id"]


def reconcile(export: Path, rows: list[str], *words: str, header: str = "") -> Result:
    bill = export.parent / "bill.csv"
    bill.write_text("\n".join([header or "call_id,name,amount,time", *rows]) + "\n")
    command = ["budget", "reconcile", str(bill), "--export", str(export), *words]
    return CliRunner().invoke(main, command)


def test_a_bill_that_fits_ends_well(export: Path, run_id: str) -> None:
    ended = reconcile(export, [f"{run_id}.3.1,send,0.0003,{TIME}"])

    assert ended.exit_code == 0, ended.output
    assert "1 lines read, 1 calls matched." in ended.stdout
    assert "Billed $0.000300, on the ledger $0.000300, difference $0.000000." in ended.stdout
    assert ended.stdout.endswith("No differences.\n")


def test_differences_are_listed_and_fail(export: Path, run_id: str) -> None:
    rows = [
        f"{run_id}.3.1,send,0.00004,{TIME}",
        f"nobody,send,1,{TIME}",
        f"{run_id}.3.1,send,oops,{TIME}",
        f",send,-0.0000001,{TIME}",
    ]
    ended = reconcile(export, rows)

    assert ended.exit_code == 1
    for part in (
        "Billed otherwise than on the ledger\n  line 2: ",
        "$0.000040 billed, $0.000300 on the ledger; the call is in_doubt here",
        "Billed, and not on the ledger\n  line 3: nobody send, $1.000000 billed",
        "Not read\n  line 4: amount 'oops' is no plain decimal number",
        "1 amounts are finer than a micro-dollar and were rounded up to one.",
        f"Can be corrected on the ledger\n  {run_id}.3.1 of acme: from $0.000300 to $0.000040",
    ):
        assert part in ended.stdout, part


def test_json_has_everything(export: Path, run_id: str) -> None:
    told = json.loads(reconcile(export, [f"{run_id}.3.1,send,-2,{TIME}"], "--json").stdout)

    assert told["names"] == ["send"]
    assert told["counts"] == {"differs": 1}
    assert told["credits"] == [
        {"where": "line 2", "usd_micros": -2_000_000, "call_id": f"{run_id}.3.1"}
    ]
    assert told["correctable"] == []


def test_calls_of_the_period_that_are_not_billed_are_listed_and_a_whole_bill_corrects_them(
    export: Path, run_id: str
) -> None:
    words = ("--from", "2026-01-05", "--to", "2026-01-06", "--json")
    rows = [f"nobody,send,0,{TIME}"]
    part, whole = (reconcile(export, rows, *words, *more) for more in ((), ("--complete",)))

    told = json.loads(part.stdout)
    assert told["counts"] == {"not_on_ledger": 1, "not_billed": 1}
    assert told["correctable"] == []
    (correction,) = json.loads(whole.stdout)["correctable"]
    assert (correction["call_id"], correction["actual_usd_micros"]) == (f"{run_id}.3.1", 0)


def test_columns_and_names_are_mapped_by_options_or_a_file(export: Path, tmp_path: Path) -> None:
    rows, header = [f"SEND,0.0003,{TIME}"], "service,cost,at"
    options = ("service", "cost", "at")
    words = [
        word
        for ours, theirs in zip(("name", "amount", "time"), options, strict=True)
        for word in ("--column", f"{ours}={theirs}")
    ]
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("columns: {name: service, amount: cost, time: at}\nnames: {SEND: send}\n")

    by_options = reconcile(export, rows, *words, "--name", "SEND=send", header=header)
    by_file = reconcile(export, rows, "--mapping", str(mapping), header=header)
    both = reconcile(export, rows, "--mapping", str(mapping), *words, header=header)

    assert by_options.exit_code == by_file.exit_code == 0, by_options.output
    assert both.exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--column", "amount"), "is no pair"),
        (("--column", "cost=amount"), "columns.cost"),
        (("--from", "soon"), "give a time such as"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "--to must be later"),
        (("--correct", "so it is"), "an export cannot be corrected"),
    ],
)
def test_what_was_typed_wrong_is_named(export: Path, words: tuple[str, ...], said: str) -> None:
    ended = reconcile(export, [f"a,send,1,{TIME}"], *words)
    assert ended.exit_code != 0
    assert said in ended.output


def test_a_call_that_was_answered_is_compared_and_cannot_be_corrected(tmp_path: Path) -> None:
    journey, call = waiting_for("send")
    journey.answer(result(call, cost_usd_micros=300))
    journey.finish()
    export = exported(journey, tmp_path / "export")
    told = json.loads(reconcile(export, [f"{call['call_id']},send,0.0001,{TIME}"], "--json").stdout)

    assert told["counts"] == {"differs": 1}
    assert told["correctable"] == []
