"""Caps become accounts in UTC windows; money is held, settled and carried over a window's edge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from streams.core import budget
from streams.core.budget import Account, Spender
from streams.core.caps import Cap, Scope, Window

if TYPE_CHECKING:
    from schemas.records import BudgetEntry

ANN = Spender("acme", "ann", "run-1")


def ms(text: str) -> int:
    """A time in UTC as Unix milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def cap(scope: Scope, window: Window, usd_micros: int = 100, name: str | None = None) -> Cap:
    return Cap(scope=scope, window=window, usd_micros=usd_micros, name=name)


def account(at: str, window: Window = "day", usd_micros: int = 100) -> Account:
    (found,) = budget.accounts([cap("user", window, usd_micros)], ANN, "look", ms(at))
    return found


@pytest.mark.parametrize(
    ("window", "at", "current", "previous"),
    [
        ("hour", "2026-01-01T00:00:00", "2026-01-01T00", "2025-12-31T23"),
        ("hour", "2026-03-29T01:59:59.999", "2026-03-29T01", "2026-03-29T00"),
        ("day", "2026-03-01T23:59:59.999", "2026-03-01", "2026-02-28"),
        ("day", "2024-03-01T00:00:00", "2024-03-01", "2024-02-29"),
        ("month", "2026-03-31T12:00:00", "2026-03", "2026-02"),
        ("month", "2026-01-01T00:00:00", "2026-01", "2025-12"),
    ],
)
def test_windows_are_named_in_utc(window: Window, at: str, current: str, previous: str) -> None:
    found = account(at, window)
    assert found.key == f"acme|user|ann|{window}|{current}"
    assert found.previous == f"acme|user|ann|{window}|{previous}"


def test_a_run_has_one_window_and_nothing_before_it() -> None:
    (found,) = budget.accounts([cap("run", "run")], ANN, "look", ms("2026-01-05"))
    assert (found.key, found.previous) == ("acme|run|run-1|run|", None)


def test_every_key_begins_with_the_workspace() -> None:
    caps = [cap("user", "day"), cap("workspace", "month"), cap("tool", "hour"), cap("run", "run")]
    found = budget.accounts(caps, ANN, "look", ms("2026-01-05"))
    assert {account.key.split("|")[0] for account in found} == {"acme"}
    assert len({account.key for account in found}) == 4


def test_a_cap_on_one_tool_does_not_count_others() -> None:
    caps = [cap("tool", "day", name="send")]
    assert budget.accounts(caps, ANN, "look", 0) == []
    assert len(budget.accounts(caps, ANN, "send", 0)) == 1


def test_caps_on_the_same_account_are_one_with_the_smallest() -> None:
    caps = [cap("tool", "day", 500), cap("tool", "day", 100, name="send"), cap("tool", "day", 900)]
    (found,) = budget.accounts(caps, ANN, "send", 0)
    assert found.cap_usd_micros == 100


def test_owners_that_hold_the_separator_stay_apart() -> None:
    odd = Spender("acme", "ann|day|2026-01-05", "run-1")
    (found,) = budget.accounts([cap("user", "day")], odd, "look", ms("2026-01-05"))
    assert found.key != account("2026-01-05").key
    assert budget.carried_to(found.key, ms("2026-01-06")) == (
        "acme|user|ann|day|2026-01-05|day|2026-01-06"
    )


def test_headroom_counts_what_is_spent_held_and_carried() -> None:
    today = account("2026-01-05")
    entries = {
        today.key: budget.settled(budget.reserved(None, 30), 10, 5),
        str(today.previous): budget.settled(budget.reserved(None, 20), 8, 70),
    }
    assert budget.headroom(today, entries.get) == 100 - 5 - 20 - 12


def test_headroom_is_never_negative() -> None:
    today = account("2026-01-05")
    assert budget.headroom(today, {today.key: budget.reserved(None, 101)}.get) == 0


def test_all_accounts_must_have_room() -> None:
    caps = [cap("user", "day", 100), cap("workspace", "day", 50)]
    wanted = budget.accounts(caps, ANN, "look", 0)
    entries: dict[str, BudgetEntry] = {}
    assert budget.first_short(wanted, 50, entries.get) is None
    assert budget.first_short(wanted, 51, entries.get) is wanted[1]


@pytest.mark.parametrize(
    ("window", "reserved", "now", "next_window"),
    [
        ("day", "2026-01-05T23:59:59.999", "2026-01-05T23:59:59.999", None),
        ("day", "2026-01-05T23:59:59.999", "2026-01-06T00:00:00", "2026-01-06"),
        ("day", "2026-01-05T12:00:00", "2026-01-09T00:00:00", "2026-01-06"),
        ("day", "2026-01-05T12:00:00", "2026-01-04T00:00:00", None),
        ("hour", "2025-12-31T23:30:00", "2026-01-01T00:10:00", "2026-01-01T00"),
        ("month", "2026-01-31T23:00:00", "2026-02-01T00:00:00", "2026-02"),
        ("month", "2024-02-01T00:00:00", "2024-03-01T00:00:00", "2024-03"),
        ("month", "2025-12-01T00:00:00", "2026-05-01T00:00:00", "2026-01"),
    ],
)
def test_a_cost_is_carried_to_the_window_after_its_own(
    window: Window, reserved: str, now: str, next_window: str | None
) -> None:
    key = account(reserved, window).key
    carried = budget.carried_to(key, ms(now))
    assert carried == (next_window and f"acme|user|ann|{window}|{next_window}")


def test_a_run_carries_nothing() -> None:
    assert budget.carried_to("acme|run|run-1|run|", ms("2030-01-01")) is None


def test_a_cap_of_single_tools_in_a_run_has_an_account_for_each_and_ends_with_the_run() -> None:
    caps = [cap("tool", "run"), cap("run", "run")]
    names = ["look", "send"]
    keys = {account.key for name in names for account in budget.accounts(caps, ANN, name, 0)}
    assert keys == {"acme|tool|run-1|look|run|", "acme|tool|run-1|send|run|", "acme|run|run-1|run|"}
    assert set(budget.run_accounts(caps, ANN, names)) == keys


def test_a_cap_with_a_name_counts_only_calls_of_that_name_and_apart_from_the_rest() -> None:
    caps = [cap("user", "day"), Cap(scope="user", window="day", usd_micros=5, name="send")]
    at_ms = ms("2026-01-05")
    assert [a.key for a in budget.accounts(caps, ANN, "look", at_ms)] == [
        "acme|user|ann|day|2026-01-05"
    ]
    named = budget.accounts(caps, ANN, "send", at_ms)[1]
    assert named.key == "acme|user:send|ann|day|2026-01-05"
    assert budget.scope_of(named.key) == "user"


def test_days_and_months_begin_where_the_cap_says_and_hours_are_everybodys() -> None:
    late = ms("2026-03-31T22:30:00")
    days_and_months: list[tuple[Window, str]] = [("day", "2026-04-01"), ("month", "2026-04")]
    for window, name in days_and_months:
        berlin = Cap(scope="user", window=window, usd_micros=1, time_zone="Europe/Berlin")
        (found,) = budget.accounts([berlin], ANN, "look", late)
        assert found.key == f"acme|user|ann|{window}@Europe/Berlin|{name}"
    hourly = Cap(scope="user", window="hour", usd_micros=1, time_zone="Europe/Berlin")
    (found,) = budget.accounts([hourly], ANN, "look", late)
    assert found.key == "acme|user|ann|hour|2026-03-31T22"


def test_a_cap_set_at_run_time_takes_the_place_of_the_contracts_for_its_owner_first() -> None:
    at_ms = ms("2026-01-05")
    for set_to, expected in (
        ({"acme|user|ann|day": 7, "acme|user|*|day": 9}, 7),
        ({"acme|user|*|day": 9}, 9),
        ({"acme|user|bob|day": 7}, 100),
        ({"acme|user|ann|day": 0}, 0),
    ):
        (found,) = budget.accounts([cap("user", "day")], ANN, "look", at_ms, set_to.get)
        assert found.cap_usd_micros == expected
