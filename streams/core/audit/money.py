"""Money: the budget table follows from the movements, and no account ever exceeds its cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core import budget, tables
from streams.core.audit.account_book import NOTHING, AccountBook, Balance
from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes
from streams.core.budget import Account, Spender
from streams.core.contract import Contract

if TYPE_CHECKING:
    from schemas.records import Call

Contracts = Mapping[str, Contract]
"""Contracts by the version that stands on decisions."""


@dataclass(slots=True)
class MoneyAudit:
    """Keeps its own book and compares. Without a decision's contract its caps are not checked."""

    contracts: Contracts
    notes: Notes
    book: AccountBook = field(default_factory=AccountBook)
    _caps: dict[str, int] = field(default_factory=dict)
    _set_caps: dict[str, int | None] = field(default_factory=dict)

    def look(self, seen: Seen) -> None:
        """Movements, calls, table, caps."""
        for movement in seen.decision["spend"]:
            wrong = self.book.take(movement)
            if wrong is not None:
                self.notes.found(seen.offset, "money", wrong)
            elif movement["entry"] == "violation":
                self.notes.count("calls that their provider billed above the reservation")
        self._set_caps.update(_set_caps(seen))
        for call in seen.emitted("call"):
            self._call(seen, call)
        self._compare(seen)

    def _call(self, seen: Seen, call: Call) -> None:
        """A call leaves only with its reservation, held against every cap of its contract."""
        reserved = self.book.open.get(call["call_id"])
        if reserved is None or reserved.amount != call["reserved_usd_micros"]:
            message = f"call {call['call_id']} is emitted without its reservation"
            self.notes.found(seen.offset, "money", message)
            return
        versions = seen.decision["versions"]
        contract = self.contracts.get(versions["contract"]) if versions else None
        if contract is None:
            self.notes.count("calls under contracts that are not here: caps not checked")
            return
        self.notes.count("calls held against their caps")
        self._held_everywhere(seen, call, contract, set(reserved.accounts))

    def _held_everywhere(self, seen: Seen, call: Call, contract: Contract, held: set[str]) -> None:
        who = Spender(call["workspace"], call["user_id"], call["run_id"])
        now_ms = seen.block["decided_at_ms"]
        caps, set_cap = contract.all_caps, self._set_caps.get
        for account in budget.accounts(caps, who, call["name"], now_ms, set_cap):
            if account.key not in held:
                message = f"call {call['call_id']} is not held against {account.label}"
                self.notes.found(seen.offset, "money", message)
            self._caps[account.key] = account.cap_usd_micros
            if call["reserved_usd_micros"] > 0:
                self._within(seen, account)

    def _within(self, seen: Seen, account: Account) -> None:
        """A reservation of the window before may be billed in this one and counts here too."""
        now = self.book.balance(account.key)
        carried = self.book.balance(account.previous).held if account.previous else 0
        if now.spent + now.held + carried > account.cap_usd_micros:
            self._exceeded(seen, account.key, now.spent, now.held + carried)

    def _compare(self, seen: Seen) -> None:
        """The table's changes are the accounts that moved, as the book has them."""
        moved = {key for entry in seen.decision["spend"] for key in entry["accounts"]}
        for change in seen.decision["changes"]:
            if change["table"] != tables.BUDGET:
                continue
            moved.discard(change["key"])
            if change["value"] is None:
                self._ended(seen, change["key"])
                continue
            entry = tables.decode(seen.codec, tables.BUDGET, change["value"])
            table = Balance(entry["spent_usd_micros"], entry["reserved_usd_micros"])
            self._same(seen, change["key"], table)
        for key in sorted(moved):
            self.notes.found(seen.offset, "money", f"account {key} moved and its entry did not")

    def _same(self, seen: Seen, key: str, table: Balance) -> None:
        book, cap = self.book.balance(key), self._caps.get(key)
        if table != book:
            message = f"account {key} stands at {_words(table)}, and its movements make"
            self.notes.found(seen.offset, "money", f"{message} {_words(book)}")
        elif cap is not None and book.spent - self.book.overbilled[key] + book.held > cap:
            self._exceeded(seen, key, book.spent, book.held)

    def _ended(self, seen: Seen, key: str) -> None:
        """A run's own account is dropped with the run, and then nothing is held on it."""
        balance = self.book.balances.pop(key, NOTHING)
        self._caps.pop(key, None)
        self.book.overbilled.pop(key, None)
        if balance.held:
            message = f"account {key} is dropped while {_words(balance)}"
            self.notes.found(seen.offset, "money", message)

    def _exceeded(self, seen: Seen, key: str, spent: int, held: int) -> None:
        message = f"account {key} exceeds its cap of {self._caps[key]} micro-USD"
        self.notes.found(seen.offset, "cap", f"{message}: {_words(Balance(spent, held))}")


def _set_caps(seen: Seen) -> Iterator[tuple[str, int | None]]:
    """Caps that an operator's command sets, by key."""
    for change in seen.decision["changes"]:
        if change["table"] == tables.CAPS and change["value"] is not None:
            entry = tables.decode(seen.codec, tables.CAPS, change["value"])
            yield change["key"], entry["usd_micros"]


def _words(balance: Balance) -> str:
    return f"{balance.spent} spent and {balance.held} held"
