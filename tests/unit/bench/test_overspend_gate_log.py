"""The second fold of the ledger: what the gate refused, and what came after a violation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bench.overspend.systems.tollway_ledger import Decided, GateLog, admissions_ms, fold
from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import Decision

WORKSPACE = tables.key("w", "workspace", "w", "day", "2026-11-24")
RUN = tables.key("w", "run", "r", "run", "")


def spend(entry: str, call: str, amount: int) -> dict[str, Any]:
    accounts = [RUN, WORKSPACE]
    return {"entry": entry, "call_id": call, "amount_usd_micros": amount, "accounts": accounts}


def decided(*spent: dict[str, Any], reason: str = "", offset: int = -1) -> Decided:
    said = {"input_topic": "state.plan", "input_offset": offset, "reason": reason, "spend": spent}
    return Decided(1_000, cast("Decision", said))


def folded(*decisions: Decided, cap: int = 100) -> GateLog:
    return fold(decisions, cap)


REFUSED = decided(reason="budget: gpt may cost 30 ...")


def test_a_refusal_is_affordable_only_when_the_least_worst_case_fits() -> None:
    held = decided(spend("reserve", "a", 30)), decided(spend("reserve", "b", 30))
    assert folded(*held, REFUSED).refused_affordable == 1, "40 are left"
    third = decided(spend("reserve", "c", 30))
    full = folded(*held, third, REFUSED)
    assert (full.refused, full.refused_affordable) == (1, 0), "10 are left"


def test_a_settlement_takes_the_place_of_what_was_held() -> None:
    held = [decided(spend("reserve", call, 30)) for call in "abc"]
    assert folded(*held, decided(spend("settle", "a", 10)), REFUSED).refused_affordable == 1
    assert folded(*held, decided(spend("settle", "a", 25)), REFUSED).refused_affordable == 0


def test_other_refusals_are_none_of_the_budget() -> None:
    assert folded(decided(reason="disabled: gpt ...")).refused == 0


def test_calls_let_through_after_a_violation_are_counted() -> None:
    before = decided(spend("reserve", "a", 30)), decided(spend("reserve", "b", 30))
    broken = decided(spend("settle", "a", 30), spend("violation", "a", 25))
    after = decided(spend("reserve", "c", 10))
    assert folded(*before, broken).admitted_after_violation == 0
    log = folded(*before, broken, after)
    assert (log.violations, log.admitted, log.admitted_after_violation) == (1, 3, 1)
    assert log.spent == 55


def test_admission_is_from_the_record_that_asks_to_its_block() -> None:
    decisions = [decided(offset=4), decided(offset=5)]
    assert admissions_ms(decisions, {4: 990}) == [10.0]
