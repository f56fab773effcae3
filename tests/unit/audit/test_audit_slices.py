"""The audit holds both books of a slice against each other."""

from __future__ import annotations

from typing import Any

from streams.core import tables
from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes, Report
from streams.core.audit.slices import SlicesAudit, Transfers
from tests.builders import CODEC
from tests.unit.core.test_slices import ROOMY, Together


def audited(together: Together, *changes: tuple[str, str, dict[str, Any]]) -> list[str]:
    """What is found wrong after all decisions and further changes of entries."""
    report, transfers = Report(), Transfers()
    audit = SlicesAudit(Notes(report, "ledger", 0), transfers)
    block: Any = {}
    for draft in together.drafts:
        audit.look(Seen(CODEC, together.fold, 1, block, draft.decision))
    for table, key, more in changes:
        entry = {**together.fold.tables.get(table, key), **more}
        value = tables.encode(CODEC, table, entry)
        decision: Any = {"changes": [{"table": table, "key": key, "value": value}]}
        audit.look(Seen(CODEC, together.fold, 2, block, decision))
    transfers.compare()
    return [finding.message for finding in report.findings]


def used() -> Together:
    together = Together(ROOMY)
    together.run(1, "acme")
    together.tick(tables.SLICES)
    together.tick(tables.SLICES)
    return together


SLICE = (tables.SLICES, "acme|group|day|2026-01-05")
LINE = (tables.HOLDINGS, "@group|acme|day|2026-01-05")


def test_slices_that_were_handed_out_used_and_given_back_are_in_order() -> None:
    assert audited(used()) == []


def test_a_credit_without_its_debit_is_found() -> None:
    (found,) = audited(used(), (*SLICE, {"granted_usd_micros": ROOMY}))
    assert "arrived and 1250000 were handed out" in found


def test_a_debit_whose_message_was_heard_and_not_credited_is_found() -> None:
    (found,) = audited(used(), (*SLICE, {"granted_usd_micros": 1}))
    assert "1 micro-USD arrived" in found


def test_a_message_that_the_giver_never_sent_is_found() -> None:
    (found,) = audited(used(), (*SLICE, {"granted_usd_micros": ROOMY, "heard": 99}))
    assert "message 99 was heard and only" in found


def test_a_return_that_never_was_given_is_found() -> None:
    (found,) = audited(used(), (*LINE, {"returned_usd_micros": ROOMY}))
    assert "came back" in found


def test_what_the_other_side_cannot_know_yet_is_no_finding() -> None:
    later = {"granted_usd_micros": ROOMY, "sent": 99}
    assert audited(used(), (*LINE, later)) == []


def test_a_sum_that_its_holdings_do_not_make_is_found() -> None:
    shared = (tables.SHARED, "@group|day|2026-01-05", {"held_usd_micros": 7})
    (found,) = audited(used(), shared)
    assert found.startswith("@group says that 7 micro-USD are out in 2026-01-05")
