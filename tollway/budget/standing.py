"""Where every account stands in its current window: cap, spent, reserved, headroom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from streams.core import budget, tables, windows
from streams.core.budget import EMPTY, Account, Spender
from streams.core.contract import Contract
from streams.core.fold import Fold
from tollway.budget.shared import slice_of
from tollway.budget.spenders import Asker, Spenders

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, CapEntry
    from streams.core.caps import Scope

UTC = "UTC"


class Parts(NamedTuple):
    """What an account's key is made of. An owner may hold the separator, nothing else can.

    `calls` names the only tool, retriever or model that counts; empty where all do.
    """

    workspace: str
    scope: Scope
    calls: str
    owner: str
    kind: str
    name: str

    @property
    def window(self) -> str:
        """Its length."""
        return self.kind.partition(windows.ZONE_MARK)[0]

    @property
    def time_zone(self) -> str:
        """Where its window begins; none for a run's."""
        return "" if self.kind == windows.RUN else self.kind.partition(windows.ZONE_MARK)[2] or UTC


def parts_of(key: str) -> Parts:
    """The parts of an account's key."""
    workspace, scoped, rest = key.split(tables.SEPARATOR, 2)
    scope, _, calls = scoped.partition(budget.NAMED)
    owner, kind, name = rest.rsplit(tables.SEPARATOR, 2)
    return Parts(workspace, cast("Scope", scope), calls, owner, kind, name)


@dataclass(frozen=True, slots=True)
class Standing:
    """One account in its current window, in micro-USD.

    `carried` is what calls of the window before still hold: it may be billed in either.
    Without the contract that capped it there is no cap.
    """

    account: str
    parts: Parts
    cap_usd_micros: int | None
    spent_usd_micros: int
    reserved_usd_micros: int
    carried_usd_micros: int

    @property
    def used_usd_micros(self) -> int:
        """All that the cap can no longer give."""
        return self.spent_usd_micros + self.reserved_usd_micros + self.carried_usd_micros

    @property
    def headroom_usd_micros(self) -> int | None:
        """What is left, never negative."""
        cap = self.cap_usd_micros
        return None if cap is None else max(0, cap - self.used_usd_micros)

    @property
    def percent_used(self) -> float | None:
        """Of the cap; None without one."""
        return None if not self.cap_usd_micros else 100 * self.used_usd_micros / self.cap_usd_micros


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts were asked for; None asks for all."""

    workspace: str | None = None
    user: str | None = None
    tool: str | None = None
    scope: str | None = None

    def fits(self, parts: Parts) -> bool:
        """Whether an account was asked for."""
        owners = {("user", self.user), ("tool", self.tool)} - {("user", None), ("tool", None)}
        return (
            self.workspace in {None, parts.workspace}
            and self.scope in {None, parts.scope}
            and (not owners or (parts.scope, parts.owner) in owners)
        )


@dataclass(slots=True)
class Standings:
    """Finds the accounts. `contracts` are those deployed here, by workflow."""

    contracts: Mapping[str, Contract]
    spenders: Spenders
    folds: Sequence[Fold]
    _accounts: dict[str, Account] = field(default_factory=dict)

    def rows(self, wanted: Wanted) -> list[Standing]:
        """Every account that money moves or is held on, by workspace, scope and size."""
        self._find_accounts()
        rows = [row for fold in self.folds for row in self._rows(fold) if wanted.fits(row.parts)]
        order = {"workspace": 0, "user": 1, "tool": 2, "run": 3}
        return sorted(
            rows,
            key=lambda row: (
                row.parts.workspace,
                order.get(row.parts.scope, len(order)),
                -row.used_usd_micros,
                row.account,
            ),
        )

    def _find_accounts(self) -> None:
        """The accounts that the gate would hold a call against now; the smallest cap counts."""
        for asker, run_id in self._callers():
            contract = self.contracts.get(asker.workflow)
            if contract is None:
                continue
            who = Spender(asker.workspace, asker.user_id, run_id)
            for account in budget.accounts(
                contract.all_caps, who, asker.name, self.spenders.at_ms, self._set_cap
            ):
                known = self._accounts.get(account.key)
                if known is None or account.cap_usd_micros < known.cap_usd_micros:
                    self._accounts[account.key] = account

    def _set_cap(self, key: str) -> int | None:
        """What an operator has set a cap to."""
        for fold in self.folds:
            entry: CapEntry | None = fold.tables.get(tables.CAPS, key)
            if entry is not None:
                return entry["usd_micros"]
        return None

    def _callers(self) -> Iterator[tuple[Asker, str]]:
        """Everybody who has called something, and every run that is open."""
        yield from ((asker, "") for asker in self.spenders.askers)
        yield from ((asker, run_id) for run_id, asker in self.spenders.open_runs.items())

    def _rows(self, fold: Fold) -> Iterator[Standing]:
        table = cast("dict[str, BudgetEntry]", dict(fold.tables.items(tables.BUDGET)))
        following = {account.previous: account.key for account in self._accounts.values()}
        keys = {following.get(key, key): None for key in table}
        for key in keys:
            row = self._row(key, table)
            current = budget.carried_to(key, self.spenders.at_ms) is None
            if current and (key in table or row.used_usd_micros):
                yield row

    def _row(self, key: str, table: Mapping[str, BudgetEntry]) -> Standing:
        account, entry = self._accounts.get(key), table.get(key, EMPTY)
        carried = table.get(account.previous, EMPTY) if account and account.previous else EMPTY
        return Standing(
            account=key,
            parts=parts_of(key),
            cap_usd_micros=slice_of(key, self.folds) if account is None else account.cap_usd_micros,
            spent_usd_micros=entry["spent_usd_micros"],
            reserved_usd_micros=entry["reserved_usd_micros"],
            carried_usd_micros=carried["reserved_usd_micros"],
        )
