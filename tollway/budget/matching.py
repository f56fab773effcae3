"""A bill against the calls of the ledger: what fits, and every difference.

By call id first, then by idempotency key, then by name, amount and time, and there only where one
line fits one call and no other fits either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tollway.budget.alike import Alike, told_apart
from tollway.budget.bill import Bill, BillLine
from tollway.budget.calls import CallMoney

Kind = Literal["not_on_ledger", "not_billed", "differs", "duplicate", "ambiguous", "not_settled"]
TOLERANCE_MS = 10 * 60_000
"""By how much a provider's clock may differ, either way."""


class Difference(NamedTuple):
    """One place where bill and ledger disagree.

    `delta_usd_micros` is what the bill has more than the ledger because of it.
    """

    kind: Kind
    where: str
    call_id: str
    name: str
    billed_usd_micros: int
    ledger_usd_micros: int
    said: str

    @property
    def delta_usd_micros(self) -> int:
        """What the bill has more than the ledger."""
        return self.billed_usd_micros - self.ledger_usd_micros


class Matched(NamedTuple):
    """A call and the lines that bill it; credits are among them."""

    call: CallMoney
    lines: tuple[BillLine, ...]

    @property
    def billed_usd_micros(self) -> int:
        """What is left to pay after credits."""
        return sum(line.usd_micros for line in self.lines)


class Period(NamedTuple):
    """From its first moment to the last before `end_ms`."""

    start_ms: int
    end_ms: int


@dataclass(slots=True)
class Reconciliation:
    """Everything that was found. The differences make up what bill and ledger differ by."""

    period: Period
    names: frozenset[str]
    matched: list[Matched] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    billed_usd_micros: int = 0
    ledger_usd_micros: int = 0


def reconcile(
    bill: Bill,
    calls: Iterable[CallMoney],
    period: Period | None = None,
    tolerance_ms: int = TOLERANCE_MS,
) -> Reconciliation:
    """Match all lines. Calls of the names on the bill that began in the period should be on it.

    Without a period it is the time from the first line to the last; with no times on the bill
    there is none, and no call is missed.
    """
    return _Matching(bill, {call.call_id: call for call in calls}, tolerance_ms).run(period)


def period_of(lines: Iterable[BillLine]) -> Period:
    """From the first line to the last; empty when no line has a time."""
    times = [(line.from_ms, line.to_ms) for line in lines if line.from_ms is not None]
    if not times:
        return Period(0, 0)
    return Period(min(start for start, _ in times), max(end or 0 for _, end in times) + 1)


@dataclass(slots=True)
class _Matching:
    bill: Bill
    calls: Mapping[str, CallMoney]
    tolerance_ms: int
    lines_of: defaultdict[str, list[BillLine]] = field(default_factory=lambda: defaultdict(list))
    differences: list[Difference] = field(default_factory=list)

    def run(self, period: Period | None) -> Reconciliation:
        left = self._by_key(self._by_call_id(self.bill.lines))
        period = period or period_of(self.bill.lines)
        names = frozenset(line.name for line in self.bill.lines if line.name)
        names |= {self.calls[call_id].name for call_id in self.lines_of}
        candidates = [c for c in self.calls.values() if c.name in names]
        missing = self._by_facts(left, [c for c in candidates if c.call_id not in self.lines_of])
        self.differences += [_not_billed(call) for call in missing if _due(call, period)]
        matched = [Matched(self.calls[key], tuple(ls)) for key, ls in self.lines_of.items()]
        self.differences += [found for match in matched for found in _compared(match)]
        counted = {call.call_id for call in candidates if _due(call, period)}
        counted |= self.lines_of.keys() | {found.call_id for found in self.differences}
        return Reconciliation(
            period=period,
            names=names,
            matched=matched,
            differences=self.differences,
            billed_usd_micros=sum(line.usd_micros for line in self.bill.lines),
            ledger_usd_micros=sum(
                call.cost_usd_micros for key, call in self.calls.items() if key in counted
            ),
        )

    def _by_call_id(self, lines: Iterable[BillLine]) -> list[BillLine]:
        """Lines that name no call."""
        left = []
        for line in lines:
            if line.call_id in self.calls:
                self._take(line, self.calls[line.call_id])
            elif line.call_id:
                self.differences.append(_not_on_ledger(line, "no call has this id"))
            else:
                left.append(line)
        return left

    def _by_key(self, lines: Iterable[BillLine]) -> list[BillLine]:
        """Lines that name no idempotency key. Of its attempts, one that cost something is meant."""
        attempts: defaultdict[str, list[CallMoney]] = defaultdict(list)
        for call in self.calls.values():
            attempts[call.idempotency_key].append(call)
        left = []
        for line in lines:
            if not line.idempotency_key:
                left.append(line)
            elif line.idempotency_key in attempts:
                self._take(line, self._attempt(line, attempts[line.idempotency_key]))
            else:
                self.differences.append(_not_on_ledger(line, "no call has this idempotency key"))
        return left

    def _attempt(self, line: BillLine, attempts: Sequence[CallMoney]) -> CallMoney:
        """The attempt that a line bills: not billed yet, then of this amount, then the dearest."""
        return min(
            attempts,
            key=lambda call: (
                call.call_id in self.lines_of and line.usd_micros >= 0,
                call.cost_usd_micros != abs(line.usd_micros),
                -call.cost_usd_micros,
                call.attempt,
            ),
        )

    def _take(self, line: BillLine, call: CallMoney) -> None:
        """A second charge for one call is a duplicate; credits belong to what they take back."""
        charged = any(known.usd_micros >= 0 for known in self.lines_of[call.call_id])
        if charged and line.usd_micros >= 0:
            said = (
                f"call {call.call_id} is billed before, on {self.lines_of[call.call_id][0].where}"
            )
            self.differences.append(_of_line("duplicate", line, call.call_id, said))
        else:
            self.lines_of[call.call_id].append(line)

    def _by_facts(self, lines: Sequence[BillLine], calls: Sequence[CallMoney]) -> list[CallMoney]:
        """Match what names no call by what it says; returns the calls that no line could mean."""
        by_facts: defaultdict[tuple[str, int], tuple[list[BillLine], list[CallMoney]]]
        by_facts = defaultdict(lambda: ([], []))
        for line in lines:
            by_facts[line.name, line.usd_micros][0].append(line)
        for call in calls:
            by_facts[call.name, call.cost_usd_micros][1].append(call)
        missing = list[CallMoney]()
        for same in by_facts.values():
            alike = told_apart(*same, self.tolerance_ms)
            missing += alike.calls_of_none
            self._note(alike)
        return missing

    def _note(self, alike: Alike) -> None:
        for line, call in alike.pairs:
            self._take(line, call)
        for line in alike.lines_of_none:
            why = f"no call of {line.name} came to this at its time"
            self.differences.append(_not_on_ledger(line, why))
        for line in alike.lines_of_several:
            said = "several lines or calls are alike; a call id would tell which is which"
            self.differences.append(_of_line("ambiguous", line, "", said))
        for call in alike.calls_of_several:
            said = "a line that is alike may mean it"
            self.differences.append(_of_call("ambiguous", call, said))


def _due(call: CallMoney, period: Period) -> bool:
    """Whether it should be on the bill."""
    return call.cost_usd_micros != 0 and period.start_ms <= call.issued_at_ms < period.end_ms


def _compared(match: Matched) -> Iterator[Difference]:
    call, billed = match.call, match.billed_usd_micros
    where = ", ".join(line.where for line in match.lines)
    facts = (where, call.call_id, call.name, billed, call.cost_usd_micros)
    names = sorted({line.name for line in match.lines if line.name} - {call.name})
    if call.settled_at_ms is None:
        yield Difference("not_settled", *facts, "billed, and still held on the ledger")
    elif billed != call.cost_usd_micros:
        yield Difference("differs", *facts, f"the call is {call.status or 'given_up'} here")
    if names:
        same = (where, call.call_id, call.name, 0, 0)
        yield Difference("differs", *same, f"billed under the name {names[0]}")


def _not_on_ledger(line: BillLine, said: str) -> Difference:
    credit = "a credit; " if line.usd_micros < 0 else ""
    return _of_line("not_on_ledger", line, line.call_id, f"{credit}{said}")


def _of_line(kind: Kind, line: BillLine, call_id: str, said: str) -> Difference:
    return Difference(kind, line.where, call_id, line.name, line.usd_micros, 0, said)


def _not_billed(call: CallMoney) -> Difference:
    return _of_call("not_billed", call, f"the call is {call.status or 'given_up'} here")


def _of_call(kind: Kind, call: CallMoney, said: str) -> Difference:
    return Difference(kind, "", call.call_id, call.name, 0, call.cost_usd_micros, said)
