"""A soak: what counts as flat, what is looked at, and the shorter hour of its processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from bench.soak import report
from bench.soak.looking import Look, of_metrics, of_process
from bench.soak.running import Found, Soak
from bench.soak.verdict import trends
from bench.soak.workload import CUSTOMERS, Workload
from streams.core.metrics import LAG, TABLE_ENTRIES
from streams.settings import Settings

TIMES_S = [10.0 * number for number in range(1, 361)]


def growing(kind: str, per_hour: float, *, until: int = 360, start: float = 100.0) -> bool:
    """Whether a figure that grows by so much an hour up to a look, and rests then, is flat."""
    values = [start + per_hour * min(number, until) / 360 for number in range(360)]
    (trend,) = trends(TIMES_S, [{kind: value} for value in values]).values()
    return trend.flat


def test_memory_that_grows_by_more_than_a_tenth_an_hour_is_not_flat() -> None:
    assert growing("RSS MiB worker-1", 9.0)
    assert not growing("RSS MiB worker-1", 15.0)


def test_what_grew_in_the_first_half_and_rests_in_the_second_is_flat() -> None:
    assert growing("RSS MiB worker-1", 500.0, until=170)


def test_open_files_threads_and_table_entries_have_limits_and_the_ledger_has_none() -> None:
    assert not growing("open files worker-1", 12.0, start=10.0)
    assert not growing("threads worker-1", 12.0, start=4.0)
    assert not growing("entries budget", 1_000.0, start=1_000.0)
    assert growing("log MiB ledger", 1_000.0)


def test_what_is_not_flat_is_named_and_ends_with_1() -> None:
    looks: list[Look] = [{"RSS MiB sink": 100.0 + number} for number in range(360)]
    found = Found(10, 3600.0, {"resolved": 9}, TIMES_S, looks)
    shown = report.as_json(found, {"load": "none"})
    assert shown["not_flat"] == ["RSS MiB sink"]
    assert shown["not_ended"] == 1
    assert "not flat: RSS MiB sink" in report.as_text(shown)
    assert orjson.dumps(shown)


def test_a_process_is_looked_at_from_outside() -> None:
    seen = of_process("this", os.getpid())
    assert seen["RSS MiB this"] > 10
    assert seen["threads this"] >= 1
    assert seen["open files this"] >= 3
    assert of_process("gone", 2**22 + 1) == {}


def test_entries_are_summed_by_table() -> None:
    samples = [
        (TABLE_ENTRIES.name, {"table": "runs"}, 3.0),
        (TABLE_ENTRIES.name, {"table": "budget"}, 5.0),
        (LAG.name, {}, 7.0),
        ("python_info", {}, 1.0),
    ]
    seen = of_metrics(samples)
    assert seen == {"entries runs": 3.0, "entries budget": 5.0, "lag records": 7.0}


def test_every_run_has_an_order_of_its_own_and_customers_return(tmp_path: Path) -> None:
    runs = CUSTOMERS + 3
    workload = Workload(tmp_path, runs)
    settings = workload.prepare(Settings())
    first, again = workload.event(1), workload.event(CUSTOMERS + 1)
    assert (first["user_id"], first["workspace"]) == (again["user_id"], again["workspace"])
    assert first["event_id"] != again["event_id"]
    users = orjson.loads((tmp_path / "data" / "users.json").read_bytes())
    assert users[first["user_id"]]["orders"] == ["#W0000001", f"#W{CUSTOMERS + 1:07d}"]
    recorded = [orjson.loads(line) for line in settings.recordings.read_bytes().splitlines()]  # type: ignore[union-attr]
    assert {row["user_id"] for row in recorded} == set(users)


def test_the_load_lasts_as_long_as_asked_for() -> None:
    assert Soak(60, 5.0, 10, print).runs == 18_000


@pytest.mark.parametrize("seconds", ["30", "0.5"])
def test_an_hour_of_remembering_is_as_short_as_asked_for(seconds: str) -> None:
    code = (
        "import sys, runpy; from streams.core import runs; "
        f"sys.argv = ['forgetful', '{seconds}', 'worker', '--help']\n"
        "try: runpy.run_module('bench.soak.forgetful', run_name='__main__')\n"
        f"finally: assert runs.HOUR_MS == {float(seconds)} * 1000"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Decide: consume every state topic" in done.stdout
