"""The budget table kept a second time, from the movements alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schemas.records import Spend


class Balance(NamedTuple):
    """One account, in micro-USD."""

    spent: int
    held: int


class Reserved(NamedTuple):
    """An open reservation."""

    amount: int
    accounts: tuple[str, ...]


NOTHING = Balance(0, 0)
AFTER_SETTLING = frozenset({"correct", "violation"})


@dataclass(slots=True)
class AccountBook:
    """Balances, open reservations, the calls that were closed, and what providers overbilled.

    A violation is no fault of the ledger: it says that a provider billed above what was held.
    """

    balances: dict[str, Balance] = field(default_factory=dict)
    overbilled: Counter[str] = field(default_factory=Counter)
    open: dict[str, Reserved] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def take(self, movement: Spend) -> str | None:
        """Post a movement; returns what is wrong with it."""
        wrong = self._wrong(movement)
        if wrong is None and movement["entry"] == "reserve":
            self._reserve(movement)
        elif wrong is None and movement["entry"] in AFTER_SETTLING:
            self._add(movement)
        elif wrong is None:
            self._close(movement)
        return wrong

    def balance(self, account: str) -> Balance:
        """What an account stands at."""
        return self.balances.get(account, NOTHING)

    def _wrong(self, movement: Spend) -> str | None:
        call_id, amount = movement["call_id"], movement["amount_usd_micros"]
        if movement["entry"] in AFTER_SETTLING:
            return self._wrong_addition(movement, call_id, amount)
        if amount < 0:
            return f"{movement['entry']} of {amount} micro-USD for call {call_id}"
        if movement["entry"] == "reserve":
            known = call_id in self.open or call_id in self.closed
            return f"call {call_id} is reserved a second time" if known else None
        return self._wrong_end(movement, call_id, amount)

    def _wrong_end(self, movement: Spend, call_id: str, amount: int) -> str | None:
        """What was reserved is closed once, at no more than was held."""
        if call_id in self.closed:
            return f"call {call_id} is settled a second time"
        if call_id not in self.open:
            return f"call {call_id} is settled and was never reserved"
        held = self.open[call_id].amount
        if movement["entry"] == "settle" and amount > held:
            return f"call {call_id} cost {amount} micro-USD, above the {held} that were held"
        return None

    def _wrong_addition(self, movement: Spend, call_id: str, amount: int) -> str | None:
        """Only what was settled can change; what is above the reservation is a violation."""
        entry = movement["entry"]
        if call_id not in self.closed:
            return f"call {call_id} has a {entry} and was never settled"
        if entry == "correct":
            return f"call {call_id} is corrected by {amount} micro-USD more" if amount > 0 else None
        return f"a violation of {amount} micro-USD by call {call_id}" if amount <= 0 else None

    def _add(self, movement: Spend) -> None:
        amount = movement["amount_usd_micros"]
        for account in movement["accounts"]:
            self._post(account, amount, 0)
            if movement["entry"] == "violation":
                self.overbilled[account] += amount

    def _reserve(self, movement: Spend) -> None:
        amount, accounts = movement["amount_usd_micros"], tuple(movement["accounts"])
        self.open[movement["call_id"]] = Reserved(amount, accounts)
        for account in accounts:
            self._post(account, 0, amount)

    def _close(self, movement: Spend) -> None:
        """The cost counts in every account named; what was held is held no more."""
        held = self.open.pop(movement["call_id"])
        self.closed.add(movement["call_id"])
        for account in held.accounts:
            self._post(account, 0, -held.amount)
        if movement["entry"] == "settle":
            for account in movement["accounts"]:
                self._post(account, movement["amount_usd_micros"], 0)

    def _post(self, account: str, spent: int, held: int) -> None:
        before = self.balance(account)
        self.balances[account] = Balance(before.spent + spent, before.held + held)
