"""Accounts and forecasts as text and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tollway.budget.forecast import forecast
from tollway.cli.shared_text import shared_as_dicts, shared_in_words
from tollway.cli.tabular import aligned, usd

if TYPE_CHECKING:
    from tollway.budget.now import Now
    from tollway.budget.standing import Standing

SHORT_RUN = 12
RUNS_SHOWN = 10
"""Behind one account, on a terminal; JSON has them all."""


def now_in_words(now: Now, with_runs: bool) -> str:
    """One line an account, and below it the runs behind it."""
    head = ("account", "window", "cap", "spent", "reserved", "carried", "headroom", "used")
    rows = [head, *(_row(row) for row in now.rows)]
    lines = aligned(rows, [False, False, *[True] * 6])
    told = [_title(now), lines[0]]
    for row, line in zip(now.rows, lines[1:], strict=True):
        told += [line, *(_runs(now, row) if with_runs else ())]
    return "\n".join([*told, *shared_in_words(now.shared)])


def now_as_dict(now: Now, with_runs: bool) -> dict[str, Any]:
    """All of it."""
    rows = [{**_facts(row), **(_runs_dict(now, row) if with_runs else {})} for row in now.rows]
    return {"at": _time(now.at_ms), "accounts": rows, "shared_caps": shared_as_dicts(now.shared)}


def forecast_in_words(now: Now) -> str:
    """One line an account."""
    head = ("account", "window", "cap", "used", "an hour", "reached")
    rows = [head]
    for row in now.rows:
        told = forecast(row, now.at_ms)
        pace = "-" if told.usd_micros_per_hour is None else usd(round(told.usd_micros_per_hour))
        reached = told.why if told.reached_at is None else f"{told.reached_at:%Y-%m-%d %H:%M %Z}"
        cap, used = usd(row.cap_usd_micros), usd(row.used_usd_micros)
        rows.append((_name(row), _window(row), cap, used, pace, reached))
    return "\n".join([_title(now), *aligned(rows, [False, False, True, True, True, False])])


def forecast_as_dict(now: Now) -> dict[str, Any]:
    """All of it."""
    rows = []
    for row in now.rows:
        told = forecast(row, now.at_ms)
        pace = None if told.usd_micros_per_hour is None else round(told.usd_micros_per_hour)
        reached = None if told.reached_at is None else told.reached_at.isoformat()
        rows.append(
            {
                **_facts(row),
                "usd_micros_per_hour": pace,
                "cap_reached_at": reached,
                "no_forecast": told.why or None,
            }
        )
    return {"at": _time(now.at_ms), "accounts": rows}


def _title(now: Now) -> str:
    at = datetime.fromtimestamp(now.at_ms / 1000, UTC)
    return f"At {at:%Y-%m-%d %H:%M:%S} UTC. Each window names its time zone.\n"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _name(row: Standing) -> str:
    parts = row.parts
    owner = parts.owner[:SHORT_RUN] if parts.scope == "run" else parts.owner
    calls = f" for {parts.calls}" if parts.calls else ""
    within = "" if parts.scope == "workspace" else f" in {parts.workspace}"
    return f"{parts.scope} {owner}{calls}{within}"


def _window(row: Standing) -> str:
    return f"{row.parts.window} {row.parts.name} {row.parts.time_zone}".rstrip()


def _row(row: Standing) -> tuple[str, ...]:
    percent = row.percent_used
    return (
        _name(row),
        _window(row),
        usd(row.cap_usd_micros),
        usd(row.spent_usd_micros),
        usd(row.reserved_usd_micros),
        usd(row.carried_usd_micros),
        usd(row.headroom_usd_micros),
        "-" if percent is None else f"{percent:.1f} %",
    )


def _runs(now: Now, row: Standing) -> list[str]:
    behind = now.spenders.behind(row.account)
    lines = [
        f"    run {run_id[:SHORT_RUN]}  {usd(share.spent)} spent, {usd(share.held)} reserved"
        for run_id, share in list(behind.items())[:RUNS_SHOWN]
    ]
    more = len(behind) - RUNS_SHOWN
    return [*lines, f"    and {more} more; --json has them all"] if more > 0 else lines


def _runs_dict(now: Now, row: Standing) -> dict[str, Any]:
    runs = [
        {"run_id": run_id, "spent_usd_micros": share.spent, "reserved_usd_micros": share.held}
        for run_id, share in now.spenders.behind(row.account).items()
    ]
    return {"runs": runs}


def _facts(row: Standing) -> dict[str, Any]:
    return {
        "account": row.account,
        **_parts(row),
        "cap_usd_micros": row.cap_usd_micros,
        "spent_usd_micros": row.spent_usd_micros,
        "reserved_usd_micros": row.reserved_usd_micros,
        "carried_usd_micros": row.carried_usd_micros,
        "headroom_usd_micros": row.headroom_usd_micros,
        "percent_used": None if row.percent_used is None else round(row.percent_used, 3),
    }


def _parts(row: Standing) -> dict[str, Any]:
    parts = row.parts
    return {
        "workspace": parts.workspace,
        "scope": parts.scope,
        "owner": parts.owner,
        "only_calls_of": parts.calls or None,
        "window": parts.window,
        "window_name": parts.name,
        "time_zone": parts.time_zone or None,
    }
