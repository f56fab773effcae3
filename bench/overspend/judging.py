"""The verdict on a cell, from the provider's meter and from what the callers were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.measured import percentile
from bench.overspend.cells import Cell
from bench.overspend.load import Answer
from bench.overspend.provider.meter import Bill
from bench.overspend.provider.tariff import PICOS_PER_MICRO, worth_usd_micros


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a cell came to. Latencies are milliseconds."""

    cell: Cell
    spent_over_cap: float
    refused_affordable: int
    """By the system's own log where it has one, else by the meter."""
    refused_near_cap: float
    """Share of all asks that were refused while the meter still had room for one more call."""
    asks: int
    served: int
    failed: int
    billed_calls: int
    admission_p50_ms: float | None
    admission_p99_ms: float | None
    notes: Sequence[str] = ()
    details: Mapping[str, int] = field(default_factory=dict)
    """What only some systems can say."""


def judge(  # noqa: PLR0913  what is known of a cell
    cell: Cell,
    answers: Sequence[Answer],
    bills: Sequence[Bill],
    admission_ms: Sequence[float],
    *,
    refused_affordable: int | None = None,
    notes: Iterable[str] = (),
    details: Mapping[str, int] | None = None,
) -> Verdict:
    """The verdict. `refused_affordable` is the count by the system's own log, if it keeps one."""
    by_meter = affordable_refusals(cell, answers, bills)
    return Verdict(
        cell=cell,
        spent_over_cap=spent_over_cap(cell, bills),
        refused_affordable=by_meter if refused_affordable is None else refused_affordable,
        refused_near_cap=by_meter / len(answers) if answers else 0.0,
        asks=len(answers),
        served=sum(answer.kind == "served" for answer in answers),
        failed=sum(answer.kind == "failed" for answer in answers),
        billed_calls=len(bills),
        admission_p50_ms=percentile(admission_ms, 0.50) if admission_ms else None,
        admission_p99_ms=percentile(admission_ms, 0.99) if admission_ms else None,
        notes=tuple(notes),
        details=details or {},
    )


def cap_usd_micros(cell: Cell) -> int:
    """The cap: so many times what one call costs at the most."""
    return cell.cap_calls * worth_usd_micros()


def spent_over_cap(cell: Cell, bills: Iterable[Bill]) -> float:
    """Spent, by the meter, over the cap. The meter never falls, so its end is its maximum."""
    return sum(bill.usd_picos for bill in bills) / (cap_usd_micros(cell) * PICOS_PER_MICRO)


def affordable_refusals(cell: Cell, answers: Sequence[Answer], bills: Sequence[Bill]) -> int:
    """Refusals at which bills so far, calls under way at their worth, and one more fitted.

    A call is under way from when it was asked for, if it was billed later: the provider cannot
    know of a call that was let through and has not come in.
    """
    asked_at_ms = {answer.ask: answer.asked_at_ms for answer in answers}
    spans = [
        _Span(asked_at_ms.get(b.ask, b.arrived_at_ms), b.billed_at_ms, b.usd_picos) for b in bills
    ]
    refused = (answer for answer in answers if answer.kind == "refused")
    return sum(_fits(cell, answer.ended_at_ms, spans) for answer in refused)


class _Span(NamedTuple):
    asked_at_ms: float
    billed_at_ms: float
    usd_picos: int


def _fits(cell: Cell, at_ms: float, calls: Iterable[_Span]) -> bool:
    worth = worth_usd_micros() * PICOS_PER_MICRO
    begun = [call for call in calls if call.asked_at_ms <= at_ms]
    taken = sum(call.usd_picos if call.billed_at_ms <= at_ms else worth for call in begun)
    return taken + worth <= cap_usd_micros(cell) * PICOS_PER_MICRO


def admissions_ms(answers: Iterable[Answer], bills: Iterable[Bill]) -> list[float]:
    """From the ask to the call's arrival at the provider, or to the refusal."""
    arrived: dict[int, float] = {}
    for bill in bills:
        arrived.setdefault(bill.ask, bill.arrived_at_ms)
    found = []
    for answer in answers:
        decided = arrived.get(answer.ask) if answer.kind != "refused" else answer.ended_at_ms
        if decided is not None:
            found.append(decided - answer.asked_at_ms)
    return found
