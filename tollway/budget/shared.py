"""Where shared caps stand: what their givers have handed out, and what each holder does with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from streams.core import budget, tables, windows
from streams.core.fold import Fold
from streams.core.slices.book import outstanding
from streams.core.slices.caps import SharedCap, SharedCaps

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, CapEntry, HoldingEntry, SharedEntry, SliceEntry


@dataclass(frozen=True, slots=True)
class Holder:
    """One workspace's part, in micro-USD: its slice, and what its calls did with it."""

    workspace: str
    slice_usd_micros: int
    spent_usd_micros: int
    reserved_usd_micros: int
    carried_usd_micros: int


@dataclass(frozen=True, slots=True)
class SharedStanding:
    """One shared cap in its current window, in micro-USD.

    `unreported` is what holders had at the end of the window before and have not told of since.
    """

    cap: SharedCap
    window: str
    cap_usd_micros: int
    handed_out_usd_micros: int
    unreported_usd_micros: int
    holders: tuple[Holder, ...]

    @property
    def spent_usd_micros(self) -> int:
        """By all holders."""
        return sum(holder.spent_usd_micros for holder in self.holders)

    @property
    def reserved_usd_micros(self) -> int:
        """By all holders, with what calls of the window before still hold."""
        return sum(one.reserved_usd_micros + one.carried_usd_micros for one in self.holders)

    @property
    def left_usd_micros(self) -> int:
        """What may still be handed out, never negative."""
        used = self.handed_out_usd_micros + self.unreported_usd_micros
        return max(0, self.cap_usd_micros - used)


def shared_standings(caps: SharedCaps, folds: Sequence[Fold], at_ms: int) -> list[SharedStanding]:
    """Every shared cap of which somebody has held a slice in its current window."""
    return [row for cap in caps.caps if (row := _standing(cap, folds, at_ms)) is not None]


def slice_of(key: str, folds: Sequence[Fold]) -> int | None:
    """The slice that is the cap of the account with this key; None for an account without one."""
    workspace, _, rest = key.split(tables.SEPARATOR, 2)
    row_key = tables.key(workspace, rest)
    entry = cast("SliceEntry | None", _get(folds, tables.SLICES, row_key))
    return None if entry is None else entry["granted_usd_micros"] - entry["returned_usd_micros"]


def _standing(cap: SharedCap, folds: Sequence[Fold], at_ms: int) -> SharedStanding | None:
    window, _ = windows.names(cap.kind, at_ms)
    entry = cast("SharedEntry | None", _get(folds, tables.SHARED, cap.shared_key(window)))
    if entry is None:
        return None
    before_key = cap.shared_key(windows.preceding(cap.kind, window))
    before = cast("SharedEntry | None", _get(folds, tables.SHARED, before_key))
    return SharedStanding(
        cap=cap,
        window=window,
        cap_usd_micros=_cap(cap, folds),
        handed_out_usd_micros=entry["held_usd_micros"],
        unreported_usd_micros=0 if before is None else before["open_usd_micros"],
        holders=tuple(_holders(cap, window, entry["holders"], folds)),
    )


def _holders(
    cap: SharedCap, window: str, workspaces: Sequence[str], folds: Sequence[Fold]
) -> Iterator[Holder]:
    for workspace in workspaces:
        key = cap.holding_key(workspace, window)
        line = cast("HoldingEntry", _get(folds, tables.HOLDINGS, key))
        own = _account(folds, cap.account_key(workspace, window))
        last = windows.preceding(cap.kind, window)
        yield Holder(
            workspace,
            outstanding(line),
            own["spent_usd_micros"],
            own["reserved_usd_micros"],
            _account(folds, cap.account_key(workspace, last))["reserved_usd_micros"],
        )


def _cap(cap: SharedCap, folds: Sequence[Fold]) -> int:
    """As an operator has set it, or as the file says."""
    key = budget.cap_key(cap.giver, cap.scope, cap.name, cap.kind)
    entry = cast("CapEntry | None", _get(folds, tables.CAPS, key))
    set_to = None if entry is None else entry["usd_micros"]
    return cap.usd_micros if set_to is None else set_to


def _account(folds: Sequence[Fold], key: str) -> BudgetEntry:
    return cast("BudgetEntry | None", _get(folds, tables.BUDGET, key)) or budget.EMPTY


def _get(folds: Sequence[Fold], table: str, key: str) -> object:
    """From the partition that has it."""
    return next((found for fold in folds if (found := fold.tables.get(table, key))), None)
