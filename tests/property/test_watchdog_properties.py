"""Whatever happens to a partition: progress is never called a stall, and standing always is."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from streams.core.watchdog import Look, Patience, Stall, Standing, stalled, watched

INTERVAL_S = 2.0
PATIENCE = Patience(standing_s=20.0, folding_s=60.0, refolds_a_minute=10**6)
"""Refolds count whether there is progress or not; they are tested one by one."""

stretches = st.floats(0.1, INTERVAL_S)
looks = st.builds(
    Look,
    progress=st.integers(0, 3),
    folds=st.integers(1, 3),
    folding=st.booleans(),
    waiting=st.integers(0, 2),
)
histories = st.lists(st.tuples(looks, stretches), max_size=60)


def seen(standing: Standing | None, history: Iterable[tuple[Look, float]]) -> Standing | None:
    for look, elapsed_s in history:
        standing = watched(standing, look, elapsed_s)
    return standing


def judged(standing: Standing | None) -> Stall | None:
    return None if standing is None else stalled({0: standing}, PATIENCE)


@given(before=histories, history=histories, busy=looks.filter(lambda look: not look.rests))
def test_a_partition_that_gets_on_at_every_look_is_never_stalled(
    before: list[tuple[Look, float]], history: list[tuple[Look, float]], busy: Look
) -> None:
    standing = seen(None, before)
    for count, (look, elapsed_s) in enumerate([*history, *[(busy, INTERVAL_S)] * 40]):
        moved = Look(10 + count, look.folds, look.folding, look.waiting)
        standing = watched(standing, moved, elapsed_s)
        assert judged(standing) is None


@given(history=histories)
def test_a_partition_is_not_stalled_before_the_limit_of_time_without_progress_has_passed(
    history: list[tuple[Look, float]],
) -> None:
    standing, since_s, progress = None, 0.0, None
    for look, elapsed_s in history:
        standing = watched(standing, look, elapsed_s)
        since_s = 0.0 if look.rests or look.progress != progress else since_s + elapsed_s
        progress = look.progress
        if since_s <= PATIENCE.standing_s:
            assert judged(standing) is None


@given(before=histories, waiting=st.integers(1, 9), elapsed=st.lists(stretches, min_size=1))
def test_a_partition_that_stands_while_inputs_wait_is_stalled_within_limit_and_interval(
    before: list[tuple[Look, float]], waiting: int, elapsed: list[float]
) -> None:
    standing = watched(seen(None, before), Look(99, 1, folding=False, waiting=waiting), 1.0)
    stood_s = 0.0
    for elapsed_s in [*elapsed, *[INTERVAL_S] * 12]:
        standing = watched(standing, Look(99, 1, folding=False, waiting=waiting), elapsed_s)
        stood_s += elapsed_s
        assert (judged(standing) is not None) == (stood_s > PATIENCE.standing_s)
        if stood_s > PATIENCE.standing_s + INTERVAL_S:
            return
    raise AssertionError("it stood for longer than the limit and was not stalled")


@given(before=histories, history=st.lists(stretches, max_size=40), waiting=st.integers(1, 2))
def test_one_that_only_folds_and_waits_without_progress_is_stalled_in_the_end(
    before: list[tuple[Look, float]], history: list[float], waiting: int
) -> None:
    """Whatever the mix, both limits together are the most, give or take one look."""
    standing = watched(seen(None, before), Look(99, 1, folding=True, waiting=0), 1.0)
    most_s = PATIENCE.standing_s + PATIENCE.folding_s + INTERVAL_S
    spent_s, turn = 0.0, 0
    while spent_s <= most_s:
        elapsed_s = history[turn] if turn < len(history) else INTERVAL_S
        look = Look(99, 1, folding=turn % 2 == 0, waiting=waiting if turn % 2 else 0)
        standing = watched(standing, look, elapsed_s)
        spent_s, turn = spent_s + elapsed_s, turn + 1
    assert judged(standing) is not None
