"""When a partition counts as stalled, one row at a time."""

from __future__ import annotations

import pytest

from streams.core.watchdog import Look, Patience, Stall, Standing, stalled, watched

PATIENCE = Patience(standing_s=10, folding_s=30, refolds_a_minute=3)
WAITS = Look(progress=7, folds=1, folding=False, waiting=2)
RESTS = Look(progress=7, folds=1, folding=False, waiting=0)
FOLDS = Look(progress=7, folds=1, folding=True, waiting=0)


def after(*looks: Look, every_s: float = 1.0) -> Standing:
    """How a partition stands that was seen like this, at equal intervals."""
    standing = watched(None, looks[0], every_s)
    for look in looks[1:]:
        standing = watched(standing, look, every_s)
    return standing


def found(*looks: Look, every_s: float = 1.0) -> Stall | None:
    return stalled({4: after(*looks, every_s=every_s)}, PATIENCE)


def test_inputs_that_wait_for_longer_than_the_limit_are_a_stall() -> None:
    assert found(*[WAITS] * 11) is None
    stall = found(*[WAITS] * 12)
    assert stall is not None
    assert (stall.partition, stall.seconds) == (4, 11)
    assert stall.reason == ("has decided nothing for 11 s although 2 inputs or blocks wait")


def test_progress_begins_the_time_anew() -> None:
    moved = Look(progress=8, folds=1, folding=False, waiting=2)
    assert found(*[WAITS] * 10, *[moved] * 10) is None


def test_a_partition_without_inputs_may_rest_for_ever() -> None:
    assert found(*[RESTS] * 1_000) is None


def test_a_rest_begins_the_time_anew_and_is_not_counted_itself() -> None:
    assert found(*[WAITS] * 10, *[RESTS] * 50, *[WAITS] * 11) is None


def test_a_fold_may_take_longer_than_a_decision_but_not_for_ever() -> None:
    assert found(*[FOLDS] * 31) is None
    stall = found(*[FOLDS] * 32)
    assert stall is not None
    assert "reading its state back for 31 s" in stall.reason
    assert "TOLLWAY_FOLD_LIMIT_S" in stall.todo


def test_a_long_fold_is_no_time_that_inputs_waited() -> None:
    assert found(*[FOLDS] * 30, *[WAITS] * 10) is None


def test_folds_that_lead_to_no_decision_add_up() -> None:
    """Two that take turns for hours, each fold longer than the limit of refolds could see."""
    fight = [*[FOLDS] * 20, WAITS]
    assert found(*fight) is None
    stall = found(*fight, *fight)
    assert stall is not None
    assert "reading its state back" in stall.reason


def refolding(times: int, between_s: int) -> list[Look]:
    """Getting on all the while, but folding anew every so often."""
    return [
        Look(progress=second, folds=1 + second // between_s, folding=False, waiting=1)
        for second in range(times * between_s + 1)
    ]


def test_so_many_folds_within_a_minute_are_a_stall_even_with_progress() -> None:
    assert found(*refolding(times=3, between_s=10)) is None
    stall = found(*refolding(times=4, between_s=10))
    assert stall is not None
    assert "4 times within a minute" in stall.reason
    assert "two processes believe to own it" in stall.todo


def test_folds_of_more_than_a_minute_ago_are_forgotten() -> None:
    assert found(*refolding(times=50, between_s=20)) is None


def test_the_first_fold_is_none_too_many_and_neither_is_that_of_a_new_owner() -> None:
    first = Look(progress=0, folds=9, folding=False, waiting=1)
    again = Look(progress=0, folds=1, folding=False, waiting=1)
    assert after(first, again).refolds == ()


def test_of_many_partitions_the_one_that_stalls_is_named() -> None:
    standings = {1: after(RESTS), 2: after(*[WAITS] * 20), 3: after(WAITS)}
    stall = stalled(standings, PATIENCE)
    assert stall is not None
    assert stall.partition == 2


@pytest.mark.parametrize("looks", [[WAITS] * 20, [FOLDS] * 40, refolding(5, 5)])
def test_every_stall_says_what_to_look_at(looks: list[Look]) -> None:
    stall = found(*looks)
    assert stall is not None
    assert stall.reason
    assert stall.todo
