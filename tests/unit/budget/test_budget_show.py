"""`tollway budget show` and `forecast`: what is used of every cap, and how long it lasts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from streams.core import budget, windows
from tests.builders import CODEC, NOON_MS, contract, event, result
from tests.unit.budget.told import decided, exported, waiting_for
from tests.unit.core.journey import Journey
from tollway.budget.forecast import forecast
from tollway.budget.spenders import Spenders
from tollway.budget.standing import Standing, Standings, Wanted, parts_of
from tollway.cli import main

CAPS = [
    {"scope": "user", "window": "day", "usd_micros": 10_000},
    {"scope": "workspace", "window": "hour", "usd_micros": 8_000},
    {"scope": "tool", "window": "month", "usd_micros": 7_000},
    {"scope": "tool", "window": "month", "usd_micros": 6_500, "name": "tiny-model"},
]
HOUR_MS = 3_600_000


def tollway(*words: str) -> Result:
    return CliRunner().invoke(main, ["budget", *words])


def standings(journey: Journey, at_ms: int, caps: Any = CAPS) -> dict[str, Standing]:
    """Rows by scope and owner."""
    spenders = Spenders(CODEC, at_ms)
    for each in decided(journey):
        spenders.take(each)
    rows = Standings({"tiny": contract(caps=caps)}, spenders, [journey.fold]).rows(Wanted())
    return {f"{row.parts.scope} {row.parts.owner}": row for row in rows}


def holding() -> Journey:
    """A run of which retrieval and plan are settled and a tool's worst case is held."""
    return waiting_for("send", caps=CAPS)[0]


def test_every_cap_shows_what_is_spent_and_what_is_held() -> None:
    rows = standings(holding(), NOON_MS)
    spent_and_held = {
        name: (row.cap_usd_micros, row.spent_usd_micros, row.reserved_usd_micros)
        for name, row in rows.items()
    }
    run = next(name for name in rows if name.startswith("run "))
    assert spent_and_held == {
        "user ann": (10_000, 20, 300),
        "workspace acme": (8_000, 20, 300),
        "tool tiny-model": (6_500, 10, 0),
        "tool shelf": (7_000, 10, 0),
        "tool send": (7_000, 0, 300),
        run: (1_000_000, 20, 300),
    }


def test_headroom_is_what_the_gate_would_still_give() -> None:
    journey = holding()
    for at_ms in (NOON_MS, NOON_MS + HOUR_MS):
        for row in standings(journey, at_ms).values():
            if row.parts.scope == "run":
                continue
            who = budget.Spender("acme", "ann", "r")
            accounts = budget.accounts(contract(caps=CAPS).all_caps, who, row.parts.owner, at_ms)
            account = next(a for a in accounts if a.key == row.account)
            assert row.headroom_usd_micros == budget.headroom(account, journey.budget().get)


def test_what_is_held_in_the_window_before_is_carried_into_this_one() -> None:
    rows = standings(holding(), NOON_MS + HOUR_MS)
    row = rows["workspace acme"]
    assert (row.spent_usd_micros, row.reserved_usd_micros, row.carried_usd_micros) == (0, 0, 300)
    assert row.headroom_usd_micros == 7_700


def test_accounts_of_windows_that_have_passed_are_not_shown() -> None:
    assert "workspace acme" not in standings(holding(), NOON_MS + 2 * HOUR_MS)
    assert "user ann" in standings(holding(), NOON_MS + 2 * HOUR_MS)


def test_without_its_contract_an_account_is_shown_without_a_cap() -> None:
    journey, spenders = holding(), Spenders(CODEC, NOON_MS)
    rows = Standings({}, spenders, [journey.fold]).rows(Wanted())
    assert {row.parts.scope for row in rows} == {"user", "workspace", "tool", "run"}
    assert {row.cap_usd_micros for row in rows} == {None}
    assert {row.headroom_usd_micros for row in rows} == {None}


def test_the_runs_behind_an_account_come_to_what_it_stands_at_the_largest_first() -> None:
    journey = Journey()
    for number in range(1, 4):
        journey.start(event_id=f"e-{number}")
        journey.finish(partial(result, cost_usd_micros=number))
    journey.start(event_id="e-4")
    spenders = Spenders(CODEC, NOON_MS)
    for each in decided(journey):
        spenders.take(each)
    (key,) = (key for key in journey.budget() if "|user|" in key)
    behind = spenders.behind(key)
    entry = journey.budget()[key]
    assert sum(share.spent for share in behind.values()) == entry["spent_usd_micros"]
    assert sum(share.held for share in behind.values()) == entry["reserved_usd_micros"] == 50
    assert [sum(share) for share in behind.values()] == [50, 12, 8, 4]


def test_an_owner_may_hold_the_separator() -> None:
    journey = Journey()
    journey.start(**event(user_id="a|day|b"))
    row = standings(journey, NOON_MS)["user a|day|b"]
    assert (row.parts.window, row.parts.name) == ("day", "2026-01-05")
    assert row.cap_usd_micros == 10_000


def test_an_export_is_shown_as_of_its_end_and_filters_choose(tmp_path: Path) -> None:
    export = str(exported(holding(), tmp_path))
    for words, count in ((), 6), (("--scope", "tool"), 3), (("--workspace", "other"), 0):
        shown = json.loads(tollway("show", "--export", export, "--json", *words).stdout)
        assert len(shown["accounts"]) == count
    early = tollway("show", "--export", export, "--at", "2026-01-05T11:59", "--json")
    assert json.loads(early.stdout)["accounts"] == []
    user = tollway("show", "--export", export, "--user", "ann").stdout
    assert user.splitlines()[-1].startswith("user ann in acme  day 2026-01-05 UTC")


def test_windows_are_shown_in_the_zone_of_their_cap_and_caps_as_they_were_set() -> None:
    caps = [{**CAPS[0], "time_zone": "Asia/Tokyo"}, {**CAPS[1], "name": "send"}]
    journey, _ = waiting_for("send", caps=caps)
    entry = {"usd_micros": 777, "command_id": "c", "issued_at_ms": 1, "who": "w", "why": "y"}
    journey.fold.tables.put("caps", "acme|user|*|day@Asia/Tokyo", entry)
    rows = standings(journey, NOON_MS + 4 * HOUR_MS, caps)
    user = rows["user ann"]
    assert (user.parts.window, user.parts.name) == ("day", "2026-01-06")
    assert (user.spent_usd_micros, user.carried_usd_micros) == (0, 300)
    assert user.parts.time_zone == "Asia/Tokyo"
    assert user.cap_usd_micros == 777
    (workspace,) = (row for row in standings(journey, NOON_MS, caps).values() if row.parts.calls)
    assert (workspace.parts.scope, workspace.parts.calls) == ("workspace", "send")
    assert (workspace.parts.owner, workspace.reserved_usd_micros) == ("acme", 300)


def test_a_time_that_is_none_is_refused() -> None:
    assert "give a time such as" in tollway("show", "--at", "noon").stderr


def test_a_ledger_of_an_open_run_shows_its_own_account(tmp_path: Path) -> None:
    journey, call = waiting_for("send")
    shown = tollway(
        "show", "--scope", "run", "--runs", "--export", str(exported(journey, tmp_path))
    )
    assert f"run {call['run_id'][:12]} in acme" in shown.stdout


def row_of(used: int, cap: int | None, kind: str = "day", carried: int = 0) -> Standing:
    name = windows.names(kind, NOON_MS)[0]
    key = f"acme|user|ann|{kind}|{name}"
    return Standing(key, parts_of(key), cap, used, 0, carried)


def test_a_cap_is_reached_when_the_pace_so_far_says() -> None:
    """At noon 600 of 1,000 are used: 50 an hour, and 400 last eight hours more."""
    told = forecast(row_of(600, 1_000), NOON_MS)
    assert told.reached_at == datetime(2026, 1, 5, 20, 0, tzinfo=UTC)
    assert told.usd_micros_per_hour == 50


def test_money_that_is_carried_over_brings_the_cap_nearer_and_is_no_pace() -> None:
    told = forecast(row_of(600, 1_000, carried=100), NOON_MS)
    assert told.reached_at == datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
    assert told.usd_micros_per_hour == 50


@pytest.mark.parametrize(
    ("row", "at_ms", "why"),
    [
        (row_of(400, 1_000), NOON_MS, "not within this window"),
        (row_of(0, 1_000), NOON_MS, "nothing was spent"),
        (row_of(1_000, 1_000), NOON_MS, "the cap is reached"),
        (row_of(900, 1_000, carried=100), NOON_MS, "the cap is reached"),
        (row_of(1, 1_000), NOON_MS - 12 * HOUR_MS + 60_000, "less than 2% of the window"),
        (row_of(1, None), NOON_MS, "its contract is not here"),
        (row_of(1, 1_000, "run"), NOON_MS, "a run has no window"),
    ],
)
def test_where_nothing_can_be_forecast_it_says_why(row: Standing, at_ms: int, why: str) -> None:
    told = forecast(row, at_ms)
    assert told.reached_at is None
    assert why in told.why


@given(
    used=st.integers(1, 10**9),
    cap=st.integers(1, 10**9),
    share=st.floats(0, 0.999),
    kind=st.sampled_from(["hour", "day", "month", "month@Europe/Berlin"]),
)
def test_a_forecast_lies_between_now_and_the_end_of_the_window(
    used: int, cap: int, share: float, kind: str
) -> None:
    row = row_of(used, cap, kind)
    start = windows.starts_at_ms(kind, row.parts.name)
    end = windows.starts_at_ms(kind, windows.following(kind, row.parts.name))
    at_ms = start + int(share * (end - start))
    told = forecast(row, at_ms)
    if told.reached_at is not None:
        assert at_ms - 1 <= told.reached_at.timestamp() * 1000 <= end
        assert used < cap


def test_forecasts_are_printed(tmp_path: Path) -> None:
    words = ("forecast", "--export", str(exported(holding(), tmp_path)), "--scope", "user")
    assert "its contract is not here" in tollway(*words).stdout
    (row,) = json.loads(tollway(*words, "--json").stdout)["accounts"]
    assert row["no_forecast"] == "its contract is not here"
    assert row["usd_micros_per_hour"] is row["cap_reached_at"] is None
    assert row["time_zone"] == "UTC"
