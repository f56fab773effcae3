"""Only admitted calls are reserved: then no account ever holds more than its cap.

The provider is a second book that knows no accounts: it bills each call at a moment between its
start and its end, and no window of any owner may be billed more than the cap.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from streams.core import budget, money, tables
from streams.core.budget import Account, Spender
from streams.core.contract import Cap
from streams.core.draft import Draft
from streams.core.inputs import local
from streams.core.tables import Tables
from tests.builders import CODEC

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, PendingCall

CAPS = (
    Cap(scope="run", window="run", usd_micros=70),
    Cap(scope="user", window="hour", usd_micros=100),
    Cap(scope="user", window="day", usd_micros=160),
    Cap(scope="workspace", window="day", usd_micros=250),
    Cap(scope="workspace", window="month", usd_micros=900),
    Cap(scope="tool", window="hour", usd_micros=120),
    Cap(scope="tool", window="hour", usd_micros=60, name="send"),
)
START_MS = int(datetime(2026, 1, 31, 22, 50, tzinfo=UTC).timestamp() * 1000)
MINUTE_MS = 60_000
JUMPS_MS = [MINUTE_MS, 11 * MINUTE_MS, 70 * MINUTE_MS, 25 * 60 * MINUTE_MS, 32 * 1440 * MINUTE_MS]


@dataclass(frozen=True)
class Held:
    """A call on its way, with what its provider knows of it."""

    pending: PendingCall
    who: Spender
    name: str
    issued_at_ms: int


class BudgetMachine(RuleBasedStateMachine):
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.tables = Tables()
        self.now_ms = START_MS
        self.caps: dict[str, int] = {}
        self.billed: Counter[str] = Counter()
        self.calls = 0

    def read(self, key: str) -> BudgetEntry | None:
        entry: BudgetEntry | None = self.tables.get(tables.BUDGET, key)
        return entry

    def note(self, draft: Draft) -> None:
        for table, key, value in draft.changes:
            self.tables.put(table, key, value)

    def draft(self) -> Draft:
        return Draft(CODEC, local(None), self.tables)

    def accounts(self, who: Spender, name: str, at_ms: int) -> list[Account]:
        found = budget.accounts(CAPS, who, name, at_ms)
        self.caps.update({account.key: account.cap_usd_micros for account in found})
        return found

    @rule(
        target=held,
        user=st.sampled_from(["ann", "bob"]),
        run=st.sampled_from(["r1", "r2"]),
        name=st.sampled_from(["look", "send"]),
        amount=st.integers(0, 60),
    )
    def ask(self, user: str, run: str, name: str, amount: int) -> Held | None:
        who = Spender("acme", user, run)
        wanted = self.accounts(who, name, self.now_ms)
        if budget.first_short(wanted, amount, self.read) is not None:
            return None
        self.calls += 1
        pending = pending_call(str(self.calls), name, amount, [account.key for account in wanted])
        draft = self.draft()
        money.reserve(draft, pending)
        self.note(draft)
        return Held(pending, who, name, self.now_ms)

    @rule(call=consumes(held), share=st.integers(0, 100), late=st.booleans())
    def settle(self, call: Held | None, share: int, late: bool) -> None:
        if call is not None:
            cost = call.pending["reserved_usd_micros"] * share // 100
            self.bill(call, cost, late=late)
            self.replace(call, cost)

    @rule(call=consumes(held), late=st.booleans())
    def give_up(self, call: Held | None, late: bool) -> None:
        if call is not None:
            self.bill(call, call.pending["reserved_usd_micros"], late=late)
            self.replace(call, call.pending["reserved_usd_micros"])

    @rule(jump_ms=st.sampled_from(JUMPS_MS))
    def wait(self, jump_ms: int) -> None:
        self.now_ms += jump_ms

    def replace(self, call: Held, cost: int) -> None:
        draft = self.draft()
        money.replace(draft, call.pending, cost, self.now_ms)
        self.note(draft)

    def bill(self, call: Held, cost: int, *, late: bool) -> None:
        """At the start, or as late as in the window after it."""
        start = self.accounts(call.who, call.name, call.issued_at_ms)
        end = self.accounts(call.who, call.name, self.now_ms)
        for first, last in zip(start, end, strict=True):
            adjacent = last.previous == first.key
            self.billed[last.key if late and adjacent else first.key] += cost

    @invariant()
    def no_account_holds_more_than_its_cap(self) -> None:
        for key, entry in self.tables.items(tables.BUDGET):
            assert entry["spent_usd_micros"] >= 0
            assert entry["reserved_usd_micros"] >= 0
            assert entry["spent_usd_micros"] + entry["reserved_usd_micros"] <= self.cap_of(key)

    @invariant()
    def no_window_is_billed_more_than_its_cap(self) -> None:
        for key, amount in self.billed.items():
            assert amount <= self.caps[key]

    def cap_of(self, key: str) -> int:
        """A window that only costs were carried to has the cap of its neighbours."""
        owner = key.rsplit("|", 1)[0]
        return next(cap for known, cap in self.caps.items() if known.rsplit("|", 1)[0] == owner)


def pending_call(call_id: str, name: str, amount: int, keys: list[str]) -> PendingCall:
    return {
        "call_id": call_id,
        "kind": "tool",
        "name": name,
        "attempt": 1,
        "idempotency_key": call_id,
        "reserved_usd_micros": amount,
        "accounts": keys,
        "not_after_ms": 0,
        "parameters_hash": "",
    }


BudgetMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBudget = BudgetMachine.TestCase
