"""Windows tile time: each moment is in one, and names sort as time goes, in every zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from streams.core import windows

ZONES = ["", "@Europe/Berlin", "@America/Sao_Paulo", "@Asia/Kathmandu", "@Australia/Lord_Howe"]
KINDS = st.one_of(
    st.just("hour"),
    st.tuples(st.sampled_from(["day", "month"]), st.sampled_from(ZONES)).map("".join),
)
MOMENTS_MS = st.integers(0, 4_102_444_800_000)


@given(KINDS, MOMENTS_MS)
def test_the_next_of_the_window_before_is_the_window_itself(kind: str, now_ms: int) -> None:
    current, previous = windows.names(kind, now_ms)
    assert previous is not None
    assert previous < current < windows.following(kind, current)
    assert windows.following(kind, previous) == current


@given(KINDS, MOMENTS_MS)
def test_a_window_counts_until_the_one_after_it_has_ended_and_no_longer(
    kind: str, now_ms: int
) -> None:
    name, previous = windows.names(kind, now_ms)
    end_ms = windows.settled_at_ms(kind, name)
    assert end_ms > now_ms
    assert windows.names(kind, end_ms - 1)[1] == name
    assert windows.names(kind, end_ms)[1] != name
    assert previous is not None
    assert windows.settled_at_ms(kind, previous) > now_ms


@given(st.sampled_from(["day", "month"]), st.sampled_from(ZONES), MOMENTS_MS)
def test_a_days_name_is_what_a_calendar_there_shows(window: str, zone: str, now_ms: int) -> None:
    there = ZoneInfo(zone[1:]) if zone else UTC
    shown = datetime.fromtimestamp(now_ms / 1000, there).strftime(windows.FORMATS[window])
    assert windows.names(window + zone, now_ms)[0] == shown
