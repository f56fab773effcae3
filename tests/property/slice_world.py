"""A giver and some holders, each on a ledger of its own, and messages on their way between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from schemas.codec import Codec
from streams.core import budget, money, tables
from streams.core.draft import Draft
from streams.core.inputs import Input
from streams.core.slices import giver, holder
from streams.core.slices.caps import SharedCap, SharedCaps
from streams.core.slices.inbox import Transfers
from streams.core.slices.messages import ARRIVED, SENT
from streams.core.tables import Tables
from tests.builders import CODEC
from tests.property.pending import pending_call

if TYPE_CHECKING:
    from schemas.records import PendingCall, SliceMessage

START = datetime(2026, 1, 31, 22, 58, tzinfo=UTC)


@dataclass
class Call:
    """A call as the second book knows it: no slices, no messages."""

    whose: str
    pending: PendingCall
    asked_at: datetime
    held: int
    cost: int | None = None
    settled_at: datetime | None = None

    def windows(self) -> set[str]:
        """The hours that it counts in, at its cost or at what it holds."""
        own = self.asked_at.strftime("%Y-%m-%dT%H")
        following = (self.asked_at + timedelta(hours=1)).strftime("%Y-%m-%dT%H")
        over = self.settled_at is not None and self.settled_at.strftime("%Y-%m-%dT%H") == own
        return {own} if over else {own, following}


@dataclass
class World:
    """All ledgers, one clock, and a provider that knows only calls."""

    cap: SharedCap
    holders: tuple[str, ...]
    now: datetime = START
    giver_ahead: timedelta = timedelta(0)
    ledgers: dict[str, Tables] = field(default_factory=dict)
    going: list[bytes] = field(default_factory=list)
    arrived: list[bytes] = field(default_factory=list)
    wakes: list[tuple[str, str]] = field(default_factory=list)
    wants: dict[tuple[str, str], int] = field(default_factory=dict)
    """Runs that wait, with the worst case of the call that each would make."""
    calls: list[Call] = field(default_factory=list)
    refusals: int = 0
    codec: Codec = CODEC

    def __post_init__(self) -> None:
        self.ledgers = {name: Tables(self.codec) for name in (*self.holders, self.cap.giver)}
        self.transfers = Transfers(self.codec, SharedCaps(caps=(self.cap,)))

    def now_ms(self, whose: str) -> int:
        ahead = self.giver_ahead if whose == self.cap.giver else timedelta(0)
        return int((self.now + ahead).timestamp() * 1000)

    def draft(self, whose: str, source: Input | None = None) -> Draft:
        source = source or Input("", -1, None, None)
        return Draft(self.codec, source, self.ledgers[whose], workspace=whose)

    def note(self, whose: str, draft: Draft) -> None:
        """Through the bytes of the ledger, so that what is read is what a fold reads."""
        for table, key, value in draft.changes:
            encoded = tables.encode(self.codec, table, value)
            self.ledgers[whose].put_encoded(table, key, encoded)
        for emit in draft.emits:
            if emit["topic"] == SENT:
                self.going.append(emit["value"])
            else:
                wake = self.codec.decode("wake", emit["value"])
                self.wakes.append((wake["workspace"], wake["run_id"]))

    def attempt(self, whose: str, run_id: str, amount: int) -> str:
        """As the gate does: the call is held, the run waits, or it is told no."""
        draft, now_ms = self.draft(whose), self.now_ms(whose)
        held = holder.current(draft, self.cap, whose, now_ms)
        refused = holder.take_up(held, run_id)
        self.wants.pop((whose, run_id), None)
        self.ledgers[whose].put(tables.RUNS, tables.key(whose, run_id), None)
        if held.headroom >= amount:
            self._make(whose, draft, held, amount)
            return "made"
        if refused:
            self.refusals += 1
            self.note(whose, draft)
            return "refused"
        entry: Any = {"phase": "paused"}
        self.ledgers[whose].put(tables.RUNS, tables.key(whose, run_id), entry)
        self.wants[whose, run_id] = amount
        holder.wait_for_more(held, run_id, amount, now_ms)
        self.note(whose, draft)
        return "waits"

    def _make(self, whose: str, draft: Draft, held: holder.Slice, amount: int) -> None:
        pending = pending_call(str(len(self.calls)), "look", amount, [held.account.key])
        money.reserve(draft, pending)
        self.note(whose, draft)
        self.calls.append(Call(whose, pending, self.now, amount))

    def settle(self, call: Call, cost: int) -> None:
        draft = self.draft(call.whose)
        money.replace(draft, call.pending, cost, self.now_ms(call.whose))
        self.note(call.whose, draft)
        call.cost, call.settled_at = cost, self.now

    def deliver(self, value: bytes) -> None:
        message = cast("SliceMessage", self.codec.decode("slice_message", value))
        whose = message["workspace"]
        draft = self.draft(whose, Input(ARRIVED, 0, None, value))
        self.transfers.take(draft, self.now_ms(whose))
        self.note(whose, draft)
        self.arrived.append(value)

    def look_at_the_clock(self, whose: str) -> None:
        """What is due on one ledger."""
        now_ms = self.now_ms(whose)
        for key, entry in self.ledgers[whose].items(tables.SLICES):
            if entry["due_at_ms"] <= now_ms:
                draft = self.draft(whose)
                holder.pass_time(self.slice_at(draft, key), now_ms)
                self.note(whose, draft)
        for table in (tables.SHARED, tables.HOLDINGS):
            for key, _ in self.ledgers[whose].items(table):
                if budget.droppable_at_ms(key, budget.EMPTY) <= now_ms:
                    self.ledgers[whose].put(table, key, None)

    def slice_at(self, draft: Draft, key: str) -> holder.Slice:
        whose, _, _, window = key.split("|")
        return holder.Slice(draft, self.cap, whose, window)

    def set_cap(self, amount: int) -> None:
        whose = self.cap.giver
        key = budget.cap_key(whose, self.cap.scope, self.cap.name, self.cap.kind)
        entry = {"usd_micros": amount, "command_id": "", "issued_at_ms": 0, "who": "", "why": ""}
        self.ledgers[whose].put(tables.CAPS, key, entry)
        draft = self.draft(whose)
        giver.cap_was_set(draft, self.cap, self.now_ms(whose))
        self.note(whose, draft)

    def quiet(self) -> None:
        """Let all arrive, and all who wait try again, until nothing more happens."""
        for _ in range(60):
            for whose in self.ledgers:
                self.look_at_the_clock(whose)
            while self.going:
                self.deliver(self.going.pop(0))
            self.wakes.clear()
            for (whose, run_id), amount in list(self.wants.items()):
                self.attempt(whose, run_id, amount)
            if not (self.going or self.wants):
                return
        raise AssertionError(f"no end: {self.wants}")

    def used(self, window: str) -> int:
        """What is spent and held in one hour, by the second book."""
        counted = (call for call in self.calls if window in call.windows())
        return sum(call.held if call.cost is None else call.cost for call in counted)
