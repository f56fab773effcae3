"""From measurements to figures, table and JSON."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import page, report
from bench.measured import Load, Measured
from bench.results import Ratio, Results
from bench.throughput import measure_all
from schemas.errors import SettingError


def measured(runs_per_s: float, idle_ms: float = 14.0) -> Measured:
    return Measured(
        runs=100,
        seconds=100 / runs_per_s,
        latencies_ms=[10.0, 20.0, 30.0],
        idle_latencies_ms=[idle_ms],
        worker_cpu_seconds=0.05,
        server_cpu_seconds=None,
    )


def never(_: Load) -> Measured:
    raise AssertionError("it was said to be unavailable")


class System:
    """A system that does what the test says."""

    load_divisor = 2

    def __init__(
        self, name: str, act: Callable[[Load], Measured], reason: str | None = None
    ) -> None:
        self.name = name
        self._act = act
        self._reason = reason

    def unavailable(self) -> str | None:
        return self._reason

    def measure(self, load: Load) -> Measured:
        return self._act(load)


def test_figures_are_medians_over_repeats() -> None:
    results = Results()
    for speed in (10.0, 1000.0, 20.0):
        results.add("tollway", measured(speed))
    figures = results.figures()["tollway"]
    assert figures["runs_per_s"] == pytest.approx(20)
    assert figures["idle_hop_p50_ms"] == 2
    assert figures["worker_cpu_s_per_1000_runs"] == pytest.approx(0.5)
    assert figures["server_cpu_s_per_1000_runs"] is None


def test_ratios_are_taken_within_each_repeat() -> None:
    results = Results()
    for tollway, router in ((100.0, 50.0), (30.0, 10.0), (8.0, 1.0)):
        results.add("tollway", measured(tollway))
        results.add("aiokafka", measured(router))
    ratios = results.ratios()
    assert ratios[Ratio("tollway", "aiokafka", 1)] == pytest.approx(3)
    assert ratios[Ratio("tollway", "langgraph-postgres", 30)] is None


def test_what_cannot_be_installed_is_reported_with_its_reason() -> None:
    systems = [System("tollway", lambda _: measured(1)), System("dbos", never, "no pip")]
    results = measure_all(systems, Load(runs=10), repeat=1)
    assert report.as_json(results, {})["systems"]["dbos"] == {"not_measured": "no pip"}
    assert "dbos: not measured: no pip" in report.as_text(results, {})
    assert "tollway" in results.figures()


def test_what_fails_in_a_later_repeat_counts_no_more_and_the_rest_goes_on() -> None:
    attempts: list[int] = []

    def fail_at_second(load: Load) -> Measured:
        attempts.append(load.runs)
        if len(attempts) == 2:
            raise SettingError("the broker went away")
        return measured(1)

    systems = [System("aiokafka", fail_at_second), System("tollway", lambda _: measured(1))]
    results = measure_all(systems, Load(runs=10), repeat=3)
    assert attempts == [5, 5]
    assert results.reasons == {"aiokafka": "the broker went away"}
    assert list(results.figures()) == ["tollway"]
    assert len(results.measured["tollway"]) == 3


def test_the_table_says_what_is_aimed_at_and_on_what_it_was_measured() -> None:
    results = Results()
    results.add("tollway", measured(300))
    results.add("langgraph-postgres", measured(10))
    text = report.as_text(results, {"driver": "faust"})
    assert "| tollway | 300 |" in text
    assert "tollway / langgraph-postgres: 30.00 (aim: at least 30)" in text
    assert "one hop when idle, p50: 2.00 ms (aim: at most 4)" in text
    assert "- driver: faust" in text


def test_a_page_keeps_all_but_what_stands_between_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.renew(path, "new")
    page.renew(path, "newer\n")
    assert path.read_text() == f"before\n{page.BEGIN}\nnewer\n{page.END}\nafter\n"


def test_a_page_without_marks_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("no marks")
    with pytest.raises(SettingError, match="lacks the lines"):
        page.renew(path, "new")
    assert path.read_text() == "no marks"
