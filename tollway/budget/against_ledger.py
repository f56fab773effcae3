"""A bill held against the ledger, as far as it goes now."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from streams.core import tables
from tollway.budget.bill import Bill
from tollway.budget.calls import CallBook
from tollway.budget.corrections import Correction, corrections
from tollway.budget.matching import Period, Reconciliation, reconcile
from tollway.budget.reading import LedgerReading


@dataclass(frozen=True, slots=True)
class Held:
    """Bill and ledger side by side, and what could be corrected on the ledger."""

    bill: Bill
    found: Reconciliation
    correctable: list[Correction] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything is left to be explained."""
        return self.differs_beside(frozenset())

    def differs_beside(self, corrected: Container[str]) -> bool:
        """Whether anything is left once these calls are corrected."""
        left = (each for each in self.found.differences if each.call_id not in corrected)
        return bool(self.bill.unreadable) or any(left)


async def against_ledger(
    reading: LedgerReading, bill: Bill, period: Period | None, tolerance_ms: int, *, complete: bool
) -> Held:
    """Match the bill with every call of the ledger."""
    book = CallBook(reading.codec)
    async for decided in reading.decisions():
        book.take(decided)
    found = reconcile(bill, book.calls.values(), period, tolerance_ms)
    remembered = {key for fold in reading.folds for key, _ in fold.tables.items(tables.OVERDUE)}
    possible = corrections(found, book.calls, remembered, complete=complete)
    return Held(bill, found, list(possible))
