"""Faults come in an order that the seed decides, and always meet a backlog."""

import pytest

from bench.chaos.faults import FAULTS, schedule
from bench.chaos.pace import Pace


def test_the_same_seed_gives_the_same_faults_and_another_seed_others() -> None:
    assert schedule(50, 7) == schedule(50, 7)
    assert schedule(50, 7) != schedule(50, 8)


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_comes_as_often_as_its_weight_says(seed: int) -> None:
    drawn = schedule(2 * sum(fault.weight for fault in FAULTS), seed)

    assert {fault: drawn.count(fault) for fault in FAULTS} == {
        fault: 2 * fault.weight for fault in FAULTS
    }


def test_at_least_a_full_scale_schedule_holds_every_kind() -> None:
    assert set(schedule(50, 34)) == set(FAULTS)


def test_no_fault_strikes_before_the_first_run_has_ended() -> None:
    pace = Pace(runs=100, faults=5, in_flight=20)
    assert not pace.may_strike
    pace.ended = 1
    assert pace.may_strike


def test_a_fault_waits_until_the_share_before_it_has_come_out() -> None:
    pace = Pace(runs=100, faults=4, in_flight=20)
    pace.ended = 1
    pace.strike()
    assert not pace.may_strike
    pace.ended = 20
    assert pace.may_strike


@pytest.mark.parametrize(
    ("runs", "faults", "in_flight"), [(150, 8, 60), (20_000, 50, 300), (5, 9, 5)]
)
def test_each_fault_meets_its_share_of_runs_and_all_runs_and_faults_come_to_pass(
    runs: int, faults: int, in_flight: int
) -> None:
    pace = Pace(runs, faults, in_flight)
    pace.published += pace.to_publish
    assert pace.under_way == in_flight

    for _ in range(faults):
        pace.ended = max(1, pace.published - in_flight)
        assert pace.may_strike
        pace.strike()
        pace.published += pace.to_publish
        assert pace.under_way >= min(in_flight, runs) - 1

    assert pace.published == runs
    pace.ended = runs
    assert pace.over


def test_without_faults_all_runs_may_be_published_at_once() -> None:
    assert Pace(runs=100, faults=0, in_flight=20).to_publish == 100
