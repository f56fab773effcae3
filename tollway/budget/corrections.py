"""What a bill corrects on the ledger, and what it cannot.

A call whose outcome nobody knew was settled at its bound. As long as the ledger remembers it as
such, a bill can say what it really cost, once. Every other cost stands: it is what the call's own
answer came to, and a difference is between you and the provider.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from streams.core import tables
from tollway.budget.calls import CallMoney
from tollway.budget.matching import Difference, Reconciliation


class Correction(NamedTuple):
    """What a call really cost, by a bill."""

    call_id: str
    workspace: str
    settled_usd_micros: int
    actual_usd_micros: int


def corrections(
    found: Reconciliation,
    calls: dict[str, CallMoney],
    remembered: Container[str],
    *,
    complete: bool,
) -> Iterator[Correction]:
    """Of the differences, those that the ledger can still take in.

    `remembered` are keys of the table of overdue calls. A bill that is complete for its period
    says of a call that is not on it that it cost nothing.
    """
    for difference in found.differences:
        call = calls.get(difference.call_id)
        if call is not None and _says_a_cost(difference, complete=complete):
            actual = difference.billed_usd_micros
            if actual >= 0 and tables.key(call.workspace, call.call_id) in remembered:
                settled = difference.ledger_usd_micros
                yield Correction(call.call_id, call.workspace, settled, actual)


def _says_a_cost(difference: Difference, *, complete: bool) -> bool:
    if difference.kind == "not_billed":
        return complete
    return difference.kind == "differs" and difference.delta_usd_micros != 0
