"""Only admitted calls are reserved: then no account ever holds more than its cap.

Every step is compared with a second book (`budget_model`), and with a provider that bills each
call at a moment between its start and its end: no window of any owner may be billed more than
the highest cap that was in force there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from streams.core import budget, money, tables
from streams.core.budget import Account, Spender
from streams.core.caps import Cap
from streams.core.draft import Draft
from streams.core.inputs import local
from streams.core.tables import Tables
from streams.core.timers import due_of
from tests.builders import CODEC
from tests.property.budget_model import BudgetModel, ModelCall
from tests.property.pending import pending_call

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, OverdueEntry, PendingCall

CAPS = (
    Cap(scope="run", window="run", usd_micros=70),
    Cap(scope="tool", window="run", usd_micros=50),
    Cap(scope="user", window="hour", usd_micros=100),
    Cap(scope="user", window="day", usd_micros=160),
    Cap(scope="user", window="day", usd_micros=90, name="send"),
    Cap(scope="workspace", window="day", usd_micros=250, time_zone="Europe/Berlin"),
    Cap(scope="workspace", window="month", usd_micros=900),
    Cap(scope="tool", window="hour", usd_micros=120),
    Cap(scope="tool", window="hour", usd_micros=60, name="send"),
)
START_MS = int(datetime(2026, 1, 31, 22, 50, tzinfo=UTC).timestamp() * 1000)
MINUTE_MS = 60_000
JUMPS_MS = [MINUTE_MS, 11 * MINUTE_MS, 70 * MINUTE_MS, 25 * 60 * MINUTE_MS, 32 * 1440 * MINUTE_MS]
EXAMPLES, STEPS = 1_100, 100
"""More than 100,000 steps."""


@dataclass(frozen=True)
class Held:
    """A call on its way, with what its provider and the second book know of it."""

    pending: PendingCall
    who: Spender
    name: str
    issued_at_ms: int
    twin: ModelCall


@dataclass(frozen=True)
class GivenUp:
    """A call that was settled unheard of, and what it will turn out to have cost."""

    entry: OverdueEntry
    actual: int
    twin: ModelCall


class BudgetMachine(RuleBasedStateMachine):
    held = Bundle("held")
    given_up = Bundle("given_up")

    def __init__(self) -> None:
        super().__init__()
        self.tables = Tables()
        self.now_ms = START_MS
        self.set_caps: dict[str, int] = {}
        self.highest: dict[str, int] = {}
        self.billed: Counter[str] = Counter()
        self.model = BudgetModel(CAPS)
        self.calls = 0
        self.dropped: set[str] = set()
        """A call that holds nothing may still settle there; the window counts no more."""

    def read(self, key: str) -> BudgetEntry | None:
        entry: BudgetEntry | None = self.tables.get(tables.BUDGET, key)
        return entry

    def note(self, draft: Draft) -> None:
        """Through the bytes of the ledger, so that what is read is what a fold reads."""
        for table, key, value in draft.changes:
            encoded = tables.encode(CODEC, table, value)
            again = None if encoded is None else tables.decode(CODEC, table, encoded)
            self.tables.put(table, key, again)

    def draft(self) -> Draft:
        return Draft(CODEC, local(None), self.tables, workspace="acme")

    def accounts(self, who: Spender, name: str, at_ms: int) -> list[Account]:
        found = budget.accounts(CAPS, who, name, at_ms, self.set_caps.get)
        for account in found:
            known = self.highest.get(account.key, 0)
            self.highest[account.key] = max(known, account.cap_usd_micros)
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
        twin = ModelCall(user, run, name, self.now_ms, amount)
        self.model.calls.append(twin)
        return Held(pending, who, name, self.now_ms, twin)

    @rule(call=consumes(held), share=st.integers(0, 100), late=st.booleans())
    def settle(self, call: Held | None, share: int, late: bool) -> None:
        if call is not None:
            cost = call.pending["reserved_usd_micros"] * share // 100
            self.bill(call, cost, late=late)
            self.replace(call, cost)

    @rule(target=given_up, call=consumes(held), share=st.integers(0, 100), late=st.booleans())
    def give_up(self, call: Held | None, share: int, late: bool) -> GivenUp | None:
        """Nothing is heard of it; the provider bills what it bills."""
        if call is None:
            return None
        amount = call.pending["reserved_usd_micros"]
        self.bill(call, amount * share // 100, late=late)
        spend = self.replace(call, amount).spend[0]
        entry: OverdueEntry = {
            "call_id": call.pending["call_id"],
            "kind": "tool",
            "name": call.name,
            "parameters_hash": "",
            "settled_usd_micros": amount,
            "accounts": spend["accounts"],
            "forget_at_ms": 0,
        }
        return GivenUp(entry, amount * share // 100, call.twin)

    @rule(call=consumes(given_up))
    def hear_late(self, call: GivenUp | None) -> None:
        if call is not None:
            draft = self.draft()
            money.correct(draft, call.entry, call.actual, self.now_ms)
            self.note(draft)
            call.twin.cost = call.actual

    @rule(jump_ms=st.sampled_from(JUMPS_MS))
    def wait(self, jump_ms: int) -> None:
        self.now_ms += jump_ms

    @rule(
        key=st.sampled_from(["acme|user|ann|day", "acme|user|*|day", "acme|run|r1|run"]),
        usd_micros=st.none() | st.integers(0, 300),
    )
    def resize(self, key: str, usd_micros: int | None) -> None:
        self.set_caps.pop(key, None)
        if usd_micros is not None:
            self.set_caps[key] = usd_micros

    @rule()
    def drop_what_counts_no_more(self) -> None:
        for key, entry in self.tables.items(tables.BUDGET):
            if 0 < due_of(tables.BUDGET, key, entry) <= self.now_ms:
                self.tables.put(tables.BUDGET, key, None)
                self.dropped.add(key)

    def replace(self, call: Held, cost: int) -> Draft:
        draft = self.draft()
        money.replace(draft, call.pending, cost, self.now_ms)
        self.note(draft)
        call.twin.cost, call.twin.settled_at_ms = cost, self.now_ms
        return draft

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
            assert amount <= self.cap_of(key)

    @invariant()
    def the_second_book_says_the_same(self) -> None:
        spent, held = self.model.spent_and_held()
        for key, entry in self.tables.items(tables.BUDGET):
            if key not in self.dropped:
                stands = (entry["spent_usd_micros"], entry["reserved_usd_micros"])
                assert stands == (spent[key], held[key])
        for key in held:
            assert not held[key] or self.read(key) is not None

    def cap_of(self, key: str) -> int:
        """The highest that was ever in force for its owner: costs are carried between windows."""
        whose = key.rsplit("|", 1)[0]
        return max(cap for known, cap in self.highest.items() if known.rsplit("|", 1)[0] == whose)


BudgetMachine.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestBudget = BudgetMachine.TestCase
