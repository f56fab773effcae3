"""How letters and times are named on a command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.builders import NOON_MS
from tollway.letters.names import Name, parse_name, parse_since

NOON = datetime.fromtimestamp(NOON_MS / 1000, UTC)


def test_a_letter_is_named_after_where_its_record_was() -> None:
    assert parse_name("state.plan/3/17") == Name("state.plan", 3, 17)
    assert str(Name("state.plan", 3, 17)) == "state.plan/3/17"


def test_the_name_of_the_twin_will_do() -> None:
    assert parse_name("state.plan.dead/3/17") == Name("state.plan", 3, 17)


@pytest.mark.parametrize(
    "text", ["", "state.plan", "state.plan/3", "state.plan/x/1", "/1/2", "a/1/-2"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="for instance state"):
        parse_name(text)


@pytest.mark.parametrize(
    ("text", "minutes_ago"),
    [
        ("60s", 1),
        ("90m", 90),
        ("2h", 120),
        ("1d", 1440),
        ("2026-01-05", 720),
        ("2026-01-05T11:00", 60),
        ("2026-01-05T11:00Z", 60),
        ("2026-01-05T12:00:00+01:00", 60),
    ],
)
def test_a_time_is_absolute_in_utc_or_so_long_ago(text: str, minutes_ago: int) -> None:
    assert parse_since(text, NOON) == NOON_MS - minutes_ago * 60_000


@pytest.mark.parametrize("text", ["", "soon", "2x", "999999999d", "2026-13-01"])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="90m, 2h, 7d"):
        parse_since(text, NOON)
