"""The money of calls: what was quoted, and every movement since, as the ledger has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from schemas.codec import Codec
from streams.core.spending import COSTS
from tollway.budget.reading import Decided

if TYPE_CHECKING:
    from schemas.records import Call


class Movement(NamedTuple):
    """One movement of money: where it stands and when it was decided."""

    place: str
    at_ms: int
    entry: str
    amount_usd_micros: int
    accounts: tuple[str, ...]


@dataclass(slots=True)
class CallMoney:
    """One attempt of one call. `status` is how it was answered, empty while nothing was heard."""

    call_id: str
    run_id: str
    workspace: str
    user_id: str
    workflow: str
    state: str
    kind: str
    name: str
    attempt: int
    idempotency_key: str
    issued_at_ms: int
    quote_usd_micros: int
    price_book: str
    contract: str
    movements: list[Movement] = field(default_factory=list)
    status: str = ""

    def total(self, *entries: str) -> int:
        """The sum of the movements of these entries, in micro-USD."""
        return sum(m.amount_usd_micros for m in self.movements if m.entry in entries)

    @property
    def cost_usd_micros(self) -> int:
        """What it came to so far."""
        return self.total(*COSTS)

    @property
    def settled_at_ms(self) -> int | None:
        """When its reservation was replaced or let go; None while it is held."""
        ends = [m.at_ms for m in self.movements if m.entry in {"settle", "release"}]
        return ends[-1] if ends else None


@dataclass(slots=True)
class CallBook:
    """Every call, in the order in which they were made. `strays` are movements of no call."""

    codec: Codec
    calls: dict[str, CallMoney] = field(default_factory=dict)
    strays: dict[str, list[Movement]] = field(default_factory=dict)

    def take(self, decided: Decided) -> None:
        """Take in one decision."""
        for call in emitted_calls(self.codec, decided):
            self.calls.setdefault(call["call_id"], _quoted(call, decided))
        for access in decided.decision["accesses"]:
            if access["status"] and access["call_id"] in self.calls:
                self.calls[access["call_id"]].status = access["status"]
        for spend in decided.decision["spend"]:
            moved = Movement(
                decided.place,
                decided.at_ms,
                spend["entry"],
                spend["amount_usd_micros"],
                tuple(spend["accounts"]),
            )
            self._movements(spend["call_id"]).append(moved)

    def _movements(self, call_id: str) -> list[Movement]:
        known = self.calls.get(call_id)
        return self.strays.setdefault(call_id, []) if known is None else known.movements


def emitted_calls(codec: Codec, decided: Decided) -> Iterator[Call]:
    """The calls that a decision makes."""
    for emit in decided.decision["emits"]:
        if emit["topic"].startswith("calls.") and codec.writer(emit["value"]).name == "call":
            yield cast("Call", codec.decode("call", emit["value"]))


def _quoted(call: Call, decided: Decided) -> CallMoney:
    versions = decided.decision["versions"]
    return CallMoney(
        call_id=call["call_id"],
        run_id=call["run_id"],
        workspace=call["workspace"],
        user_id=call["user_id"],
        workflow=call["workflow"],
        state=call["state"],
        kind=call["kind"],
        name=call["name"],
        attempt=call["attempt"],
        idempotency_key=call["idempotency_key"],
        issued_at_ms=call["issued_at_ms"],
        quote_usd_micros=call["reserved_usd_micros"],
        price_book=versions["price_book"] if versions else "",
        contract=versions["contract"] if versions else "",
    )
