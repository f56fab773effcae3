"""The budget's arithmetic: caps become accounts, calls are reserved and settled against them.

Money is integer micro-USD. A reservation that is not settled counts in its own window and in
the next, since the bill may arrive in either. Every account key begins with the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import BudgetEntry
    from streams.core.contract import Cap, Window

EMPTY: BudgetEntry = {"spent_usd_micros": 0, "reserved_usd_micros": 0}
ReadEntry = Callable[[str], "BudgetEntry | None"]

FORMATS: dict[str, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}
"""How a window is named in an account key, in UTC. Names sort as time goes."""
LONGEST: dict[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
}
"""From the start of a window, this far on lies the next one and never the one after."""


@dataclass(frozen=True, slots=True)
class Spender:
    """Whose money a call spends."""

    workspace: str
    user_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """One cap's account in one window. `previous` is the window before, None for runs."""

    key: str
    previous: str | None
    cap_usd_micros: int
    label: str


def scope_of(key: str) -> str:
    """The scope of the account with this key."""
    return key.split(tables.SEPARATOR, 2)[1]


def accounts(caps: Iterable[Cap], who: Spender, name: str, now_ms: int) -> list[Account]:
    """The accounts that a call of model, retriever or tool `name` is counted against.

    Caps on the same account are one account, with the smallest of them.
    """
    smallest: dict[str, Account] = {}
    for account in _accounts(caps, who, name, now_ms):
        known = smallest.get(account.key)
        if known is None or account.cap_usd_micros < known.cap_usd_micros:
            smallest[account.key] = account
    return list(smallest.values())


def _accounts(caps: Iterable[Cap], who: Spender, name: str, now_ms: int) -> Iterator[Account]:
    owners = {"run": who.run_id, "user": who.user_id, "workspace": who.workspace, "tool": name}
    for cap in caps:
        if cap.scope == "tool" and cap.name not in {None, name}:
            continue
        owner = owners[cap.scope]
        current, previous = _windows(cap.window, now_ms)
        prefix = (cap.scope, owner, cap.window)
        yield Account(
            key=tables.key(who.workspace, *prefix, current),
            previous=None if previous is None else tables.key(who.workspace, *prefix, previous),
            cap_usd_micros=cap.usd_micros,
            label=f"{cap.scope} {owner} per {cap.window}",
        )


def _windows(window: Window, now_ms: int) -> tuple[str, str | None]:
    """Names of the window that `now_ms` falls in and of the one before."""
    if window == "run":
        return "", None
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    before = {
        "hour": now - timedelta(hours=1),
        "day": now - timedelta(days=1),
        "month": now.replace(day=1) - timedelta(days=1),
    }[window]
    layout = FORMATS[window]
    return now.strftime(layout), before.strftime(layout)


def carried_to(key: str, now_ms: int) -> str | None:
    """The account of the window after that of `key`, once `key`'s own has passed; else None."""
    prefix, window, name = key.rsplit(tables.SEPARATOR, 2)
    layout = FORMATS.get(window)
    if layout is None or name >= datetime.fromtimestamp(now_ms / 1000, UTC).strftime(layout):
        return None
    start = datetime.strptime(name, layout).replace(tzinfo=UTC)
    following = start + LONGEST[window]
    return tables.key(prefix, window, following.strftime(layout))


def headroom(account: Account, read: ReadEntry) -> int:
    """What the account can still take, in micro-USD; never negative."""
    entry = read(account.key) or EMPTY
    carried = (read(account.previous) or EMPTY) if account.previous else EMPTY
    used = entry["spent_usd_micros"] + entry["reserved_usd_micros"]
    return max(0, account.cap_usd_micros - used - carried["reserved_usd_micros"])


def first_short(
    wanted: Iterable[Account], amount_usd_micros: int, read: ReadEntry
) -> Account | None:
    """The first account that cannot take the amount, or None when all can."""
    for account in wanted:
        if headroom(account, read) < amount_usd_micros:
            return account
    return None


def reserved(entry: BudgetEntry | None, amount_usd_micros: int) -> BudgetEntry:
    """The entry with the amount held."""
    entry = entry or EMPTY
    return {**entry, "reserved_usd_micros": entry["reserved_usd_micros"] + amount_usd_micros}


def settled(entry: BudgetEntry | None, held_usd_micros: int, cost_usd_micros: int) -> BudgetEntry:
    """The entry with the actual cost in place of what was held."""
    entry = entry or EMPTY
    return {
        "spent_usd_micros": entry["spent_usd_micros"] + cost_usd_micros,
        "reserved_usd_micros": entry["reserved_usd_micros"] - held_usd_micros,
    }
