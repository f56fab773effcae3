"""A bill against the ledger: every line and every call is accounted for, to the micro-dollar."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON_MS
from tollway.budget.bill import Bill, BillLine
from tollway.budget.calls import CallMoney, Movement
from tollway.budget.corrections import corrections
from tollway.budget.matching import Period, Reconciliation, reconcile

MINUTE_MS = 60_000


def call(number: int, cost: int = 100, at_ms: int = NOON_MS, **changes: Any) -> CallMoney:
    """A settled call of the model."""
    facts = {
        "call_id": f"r.{number}.1",
        "run_id": "r",
        "workspace": "acme",
        "user_id": "ann",
        "workflow": "tiny",
        "state": "plan",
        "kind": "model",
        "name": "gpt",
        "attempt": 1,
        "idempotency_key": f"r.{number}",
        "issued_at_ms": at_ms,
        "quote_usd_micros": 1_000,
        "price_book": "p",
        "contract": "c",
        "status": "done",
        "movements": [Movement("", at_ms + 1_000, "settle", cost, ())],
        **changes,
    }
    return CallMoney(**facts)


def line(where: int, micros: int = 100, at_ms: int | None = NOON_MS, **changes: Any) -> BillLine:
    facts = {
        "where": f"line {where}",
        "call_id": "",
        "idempotency_key": "",
        "request_id": "",
        "name": "gpt",
        "usd_micros": micros,
        "rounded": False,
        "from_ms": at_ms,
        "to_ms": at_ms,
        **changes,
    }
    return BillLine(**facts)


def matched(lines: list[BillLine], calls: list[CallMoney], **options: Any) -> Reconciliation:
    return reconcile(Bill(lines), calls, **options)


def kinds(found: Reconciliation) -> list[tuple[str, str, str]]:
    return sorted((d.kind, d.where, d.call_id) for d in found.differences)


def test_a_bill_that_fits_has_no_differences() -> None:
    found = matched(
        [line(2, 10, call_id="r.1.1"), line(3, 20, idempotency_key="r.2"), line(4, 30)],
        [call(1, 10), call(2, 20), call(3, 30)],
    )
    assert found.differences == []
    assert [match.call.call_id for match in found.matched] == ["r.1.1", "r.2.1", "r.3.1"]
    assert found.billed_usd_micros == found.ledger_usd_micros == 60


def test_each_difference_is_named() -> None:
    found = matched(
        [
            line(2, 11, call_id="r.1.1"),
            line(3, 20, call_id="r.2.1"),
            line(4, 20, call_id="r.2.1"),
            line(5, 99, call_id="elsewhere"),
            line(6, 77),
            line(7, 50, call_id="r.5.1"),
            line(8, 10, call_id="r.6.1", name="other"),
        ],
        [
            call(1, 10),
            call(2, 20),
            call(4, 40),
            call(5, movements=[Movement("", NOON_MS, "reserve", 1_000, ())]),
            call(6, 10),
        ],
    )
    assert kinds(found) == [
        ("differs", "line 2", "r.1.1"),
        ("differs", "line 8", "r.6.1"),
        ("duplicate", "line 4", "r.2.1"),
        ("not_billed", "", "r.4.1"),
        ("not_on_ledger", "line 5", "elsewhere"),
        ("not_on_ledger", "line 6", ""),
        ("not_settled", "line 7", "r.5.1"),
    ]


def test_lines_that_are_alike_are_matched_only_where_their_times_tell_them_apart() -> None:
    far = NOON_MS + 60 * MINUTE_MS
    apart = matched([line(2), line(3, at_ms=far)], [call(1), call(2, at_ms=far)])
    assert apart.differences == []
    alike = matched([line(2), line(3)], [call(1), call(2)])
    assert {d.kind for d in alike.differences} == {"ambiguous"}
    assert alike.billed_usd_micros == alike.ledger_usd_micros == 200
    assert {d.kind for d in matched([line(2), line(3)], [call(1)]).differences} == {"ambiguous"}


def test_a_time_counts_within_the_tolerance_and_not_beyond() -> None:
    for minutes, kind in ((11, []), (12, ["not_billed", "not_on_ledger"])):
        found = matched(
            [line(2, at_ms=NOON_MS + minutes * MINUTE_MS)],
            [call(1)],
            tolerance_ms=11 * MINUTE_MS,
            period=Period(NOON_MS, NOON_MS + 60 * MINUTE_MS),
        )
        assert sorted(d.kind for d in found.differences) == kind


def test_calls_of_other_names_and_times_and_calls_that_cost_nothing_are_not_missed() -> None:
    calls = [call(1), call(2, name="look"), call(3, at_ms=NOON_MS - 1), call(4, 0)]
    assert matched([line(2, call_id="r.1.1")], calls).differences == []
    asked = matched([line(2, call_id="r.1.1")], calls, period=Period(0, NOON_MS + 1))
    assert kinds(asked) == [("not_billed", "", "r.3.1")]


def test_a_bill_without_times_misses_no_call_and_still_matches() -> None:
    found = matched([line(2, 10, at_ms=None)], [call(1, 10), call(2, 20)])
    assert found.differences == []
    assert len(found.matched) == 1


def test_credits_are_taken_off_what_they_belong_to() -> None:
    lines = [line(2, -100, call_id="r.1.1"), line(3, 100, call_id="r.1.1"), line(4, -7)]
    found = matched(lines, [call(1, 100)])
    assert kinds(found) == [
        ("differs", "line 2, line 3", "r.1.1"),
        ("not_on_ledger", "line 4", ""),
    ]
    assert found.differences[0].said.startswith("a credit; ")
    assert found.billed_usd_micros == -7


def test_a_key_means_the_attempt_that_was_billed() -> None:
    first = call(1, 0, status="expired")
    second = call(1, 300, call_id="r.1.2", attempt=2)
    found = matched([line(2, 300, idempotency_key="r.1")], [first, second])
    assert found.differences == []
    assert found.matched[0].call is second


LINES = st.builds(
    line,
    st.integers(2, 5),
    st.integers(-3, 3),
    st.one_of(st.none(), st.integers(NOON_MS - MINUTE_MS, NOON_MS + MINUTE_MS)),
    call_id=st.sampled_from(["", "", "r.1.1", "r.2.1", "none"]),
    idempotency_key=st.sampled_from(["", "r.2", "r.3", "none"]),
    name=st.sampled_from(["gpt", "look", ""]),
)
CALLS = st.lists(
    st.builds(
        call,
        st.integers(1, 6),
        st.integers(0, 3),
        st.integers(NOON_MS - MINUTE_MS, NOON_MS + MINUTE_MS),
        name=st.sampled_from(["gpt", "look"]),
    ),
    max_size=6,
    unique_by=lambda made: made.call_id,
)


@given(st.lists(LINES, max_size=8), CALLS, st.integers(0, MINUTE_MS))
def test_the_differences_are_all_that_bill_and_ledger_differ_by(
    lines: list[BillLine], calls: list[CallMoney], tolerance_ms: int
) -> None:
    found = matched(lines, calls, tolerance_ms=tolerance_ms)
    explained = sum(difference.delta_usd_micros for difference in found.differences)
    assert found.billed_usd_micros - found.ledger_usd_micros == explained


@given(st.lists(LINES, max_size=8), CALLS)
def test_every_line_is_matched_or_listed_once(
    lines: list[BillLine], calls: list[CallMoney]
) -> None:
    found = matched(lines, calls)
    taken = [each for match in found.matched for each in match.lines]
    alone = {"not_on_ledger", "duplicate", "ambiguous"}
    listed = [d for d in found.differences if d.kind in alone and d.where]
    assert len(taken) + len(listed) == len(lines)


def test_a_bill_corrects_what_the_ledger_remembers_as_unknown_and_nothing_else() -> None:
    calls = [call(1, 300), call(2, 300), call(3, 300), call(4, 300)]
    lines = [
        line(2, 40, call_id="r.1.1"),
        line(3, 50, call_id="r.2.1"),
        line(4, 900, call_id="r.4.1"),
    ]
    found = matched(lines, calls)
    remembered = {"acme|r.1.1", "acme|r.3.1", "acme|r.4.1"}
    by_id = {each.call_id: each for each in calls}

    told = list(corrections(found, by_id, remembered, complete=False))
    assert [(c.call_id, c.settled_usd_micros, c.actual_usd_micros) for c in told] == [
        ("r.1.1", 300, 40),
        ("r.4.1", 300, 900),
    ]
    whole = list(corrections(found, by_id, remembered, complete=True))
    assert ("r.3.1", 0) in [(c.call_id, c.actual_usd_micros) for c in whole]
    assert len(whole) == 3


def test_a_credit_of_more_than_its_charge_corrects_nothing() -> None:
    found = matched([line(2, -40, call_id="r.1.1")], [call(1, 300)])
    assert not list(corrections(found, {"r.1.1": call(1)}, {"acme|r.1.1"}, complete=True))


@pytest.mark.parametrize("count", [20_000])
def test_many_lines_that_are_alike_take_no_time(count: int) -> None:
    """Twenty thousand squared would."""
    lines = [line(n, at_ms=NOON_MS + n * MINUTE_MS) for n in range(count)]
    calls = [call(n, at_ms=NOON_MS + n * MINUTE_MS) for n in range(count)]
    found = matched(lines, calls, tolerance_ms=MINUTE_MS // 3)
    assert found.differences == []
    days = [line(n, from_ms=NOON_MS, to_ms=NOON_MS + count * MINUTE_MS) for n in range(count)]
    assert len(matched(days, calls).differences) == 2 * count
