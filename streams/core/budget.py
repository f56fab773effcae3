"""The budget's arithmetic: caps become accounts, calls are reserved and settled against them.

Money is integer micro-USD. A reservation that is not settled counts in its own window and in
the next, since the bill may arrive in either. Every account key begins with the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from streams.core import tables, windows

if TYPE_CHECKING:
    from schemas.records import BudgetEntry
    from streams.core.caps import Cap

EMPTY: BudgetEntry = {"spent_usd_micros": 0, "reserved_usd_micros": 0}
ReadEntry = Callable[[str], "BudgetEntry | None"]

ReadCap = Callable[[str], "int | None"]
"""The cap that was set at run time for a key of `cap_key`, in micro-USD; None for none."""
EVERYBODY = "*"
"""In the place of an owner: a cap that was set for all of them."""
NAMED = ":"


def as_contracted(_: str) -> int | None:
    """No cap was set at run time."""
    return None


@dataclass(frozen=True, slots=True)
class Spender:
    """Whose money a call spends."""

    workspace: str
    user_id: str
    run_id: str


class Account(NamedTuple):
    """One cap's account in one window. `previous` is the window before, None for runs.

    The cap of a `shared` one is the slice that the workspace holds of it.
    """

    key: str
    previous: str | None
    cap_usd_micros: int
    label: str
    shared: bool = False


def scope_of(key: str) -> str:
    """The scope of the account with this key."""
    return key.split(tables.SEPARATOR, 2)[1].partition(NAMED)[0]


def accounts(
    caps: Iterable[Cap], who: Spender, name: str, now_ms: int, set_cap: ReadCap = as_contracted
) -> list[Account]:
    """The accounts that a call of model, retriever or tool `name` is counted against.

    Caps on the same account are one account, with the smallest of them; one that was set at run
    time, for its owner or for everybody, takes the place of the contract's.
    """
    smallest: dict[str, Account] = {}
    for account in _accounts(caps, who, name, now_ms, set_cap):
        known = smallest.get(account.key)
        if known is None or account.cap_usd_micros < known.cap_usd_micros:
            smallest[account.key] = account
    return list(smallest.values())


def _accounts(
    caps: Iterable[Cap], who: Spender, name: str, now_ms: int, set_cap: ReadCap
) -> Iterator[Account]:
    for cap in caps:
        if cap.name in {None, name}:
            yield _account(cap, who, name, now_ms, set_cap)


def _account(cap: Cap, who: Spender, name: str, now_ms: int, set_cap: ReadCap) -> Account:
    owner, kind, scope = _owner(cap, who, name), cap.kind, scope_part(cap.scope, cap.name)
    current, previous = windows.names(kind, now_ms)
    own = cap_key(who.workspace, scope, owner, kind)
    set_to = set_cap(own)
    if set_to is None:
        set_to = set_cap(cap_key(who.workspace, scope, EVERYBODY, kind))
    return Account(
        key=tables.key(own, current),
        previous=None if previous is None else tables.key(own, previous),
        cap_usd_micros=cap.usd_micros if set_to is None else set_to,
        label=f"{scope} {owner} per {kind}",
    )


def cap_key(workspace: str, scope: str, owner: str, kind: str) -> str:
    """Where a cap that was set at run time stands: for one owner, or for EVERYBODY."""
    return tables.key(workspace, scope, owner, kind)


def scope_part(scope: str, name: str | None) -> str:
    """A cap's scope as it stands in keys: with the name that it is for, unless the owner has it."""
    named = name is not None and scope != "tool"
    return f"{scope}{NAMED}{name}" if named else scope


def _owner(cap: Cap, who: Spender, name: str) -> str:
    if cap.scope == "tool":
        return name if cap.window != windows.RUN else tables.SEPARATOR.join((who.run_id, name))
    return {"run": who.run_id, "user": who.user_id, "workspace": who.workspace}[cap.scope]


def run_accounts(caps: Iterable[Cap], who: Spender, names: Iterable[str]) -> list[str]:
    """Keys of the accounts that end with their run, of calls with these names."""
    own = [cap for cap in caps if cap.window == windows.RUN]
    return sorted({account.key for name in names for account in accounts(own, who, name, 0)})


def carried_to(key: str, now_ms: int) -> str | None:
    """The account of the window after that of `key`, once `key`'s own has passed; else None."""
    prefix, kind, name = key.rsplit(tables.SEPARATOR, 2)
    if not windows.passed(kind, name, now_ms):
        return None
    return tables.key(prefix, kind, windows.following(kind, name))


def counts(key: str, now_ms: int) -> bool:
    """Whether the account still counts in a decision: in its own window and in the next."""
    return _of_run(key) or now_ms < settled_at_ms(key)


def next_window_at_ms(key: str) -> int:
    """When the window of the account with this key is over; 0 for a run's."""
    _, kind, name = key.rsplit(tables.SEPARATOR, 2)
    return 0 if kind == windows.RUN else windows.starts_at_ms(kind, windows.following(kind, name))


def droppable_at_ms(key: str, entry: BudgetEntry) -> int:
    """When the account counts no more; 0 while it holds something, and for a run's."""
    held = _of_run(key) or entry["reserved_usd_micros"] != 0
    return 0 if held else settled_at_ms(key)


def settled_at_ms(key: str) -> int:
    """When what stands under this key, which ends with a window, counts in none any more."""
    _, kind, name = key.rsplit(tables.SEPARATOR, 2)
    return windows.settled_at_ms(kind, name)


def _of_run(key: str) -> bool:
    return key.rsplit(tables.SEPARATOR, 2)[1] == windows.RUN


def headroom(account: Account, read: ReadEntry) -> int:
    """What the account can still take, in micro-USD; never negative."""
    entry = read(account.key) or EMPTY
    carried = (read(account.previous) or EMPTY) if account.previous else EMPTY
    used = entry["spent_usd_micros"] + entry["reserved_usd_micros"]
    return max(0, account.cap_usd_micros - used - carried["reserved_usd_micros"])


def fullness_percent(wanted: Iterable[Account], amount_usd_micros: int, read: ReadEntry) -> int:
    """How full the fullest account would be with the amount, in whole percent."""
    return max((_percent_with(account, amount_usd_micros, read) for account in wanted), default=0)


def _percent_with(account: Account, amount_usd_micros: int, read: ReadEntry) -> int:
    left = headroom(account, read)
    return (
        (account.cap_usd_micros - left + amount_usd_micros) * 100 // max(1, account.cap_usd_micros)
    )


def fits_once_settled(account: Account, amount_usd_micros: int, read: ReadEntry) -> bool:
    """Whether the amount would fit if all that is held came to nothing: then waiting may help."""
    spent = (read(account.key) or EMPTY)["spent_usd_micros"]
    return spent + amount_usd_micros <= account.cap_usd_micros


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
