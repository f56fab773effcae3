"""Recomputation by SQL, and changes that exactly one call explains."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.checks.records import Reconciled, Sql
from schemas.errors import EvidenceCut
from streams.core.states import View
from tests.unit.checks.views import view

BEFORE = {"orders": {"1": {"status": "pending", "cents": 5, "address": {"city": "A", "zip": "1"}}}}
AFTER = {"orders": {"1": {"status": "gone", "cents": 5, "address": {"city": "A", "zip": "1"}}}}
WRITE: dict[str, Any] = {
    "tool": "cancel",
    "idempotency_key": "run.1",
    "error": None,
    "before": BEFORE,
    "after": AFTER,
}
CHECK = Reconciled(changes={"cancel": ("orders.*.status",)})
TOTAL = Sql(
    query="""
    SELECT 'the total is ' || sum(json_extract(w.value, '$.after.orders.1.cents'))
    FROM evidence AS e, json_each(e.content, '$.writes') AS w
    WHERE e.kind = 'write' HAVING sum(json_extract(w.value, '$.after.orders.1.cents')) <> 5
    """
)


def written(*writes: dict[str, Any], call_id: str | None = "run.1.1", lost: int = 0) -> View:
    pieces = {"writes": ("write", orjson.dumps({"writes": writes})), "p": ("policy", b"not JSON")}
    step = {"tool": "cancel", "arguments_json": "{}", "status": "done", "call_id": call_id}
    return view(pieces=pieces, steps=(step,), lost_bytes=lost)


def test_a_change_that_its_call_may_make_is_explained() -> None:
    assert list(CHECK(written(WRITE))) == []


def test_a_write_that_nobody_made_is_told() -> None:
    assert list(CHECK(written(WRITE, call_id=None))) == ["no step of the run made the write run.1"]


def test_a_call_that_stands_for_two_writes_is_told() -> None:
    assert "run.1 stands for 2 writes" in list(CHECK(written(WRITE, WRITE)))


SMALL = st.integers(-(10**6), 10**6)
PATHS = st.sampled_from([("cents",), ("address", "city"), ("address", "zip"), ("new",)])


@given(PATHS, st.one_of(SMALL, st.text(), st.none(), st.lists(SMALL)))
def test_a_record_that_was_changed_besides_is_caught(path: tuple[str, ...], value: Any) -> None:
    after = copy.deepcopy(AFTER)
    *above, last = path
    record: dict[str, Any] = after["orders"]["1"]
    for part in above:
        record = record[part]
    was = record.get(last)
    record[last] = value
    problems = list(CHECK(written({**WRITE, "after": after})))
    assert problems == (
        [] if was == value else [f"cancel changed orders.1.{'.'.join(path)}, which it may not"]
    )


@given(st.integers(-100, 100))
def test_sql_recomputes_over_whole_records(cents: int) -> None:
    after = copy.deepcopy(AFTER)
    after["orders"]["1"]["cents"] = cents
    problems = list(TOTAL(written({**WRITE, "after": after})))
    assert problems == ([] if cents == 5 else [f"the total is {cents}"])


@pytest.mark.parametrize("check", [CHECK, TOTAL])
@given(lost=st.integers(1, 1000))
def test_a_part_of_the_log_proves_nothing(check: Reconciled | Sql, lost: int) -> None:
    with pytest.raises(EvidenceCut):
        list(check(written(WRITE, lost=lost)))


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM evidence",
        "ATTACH 'x.db' AS x",
        "SELECT random()",
        "SELECT datetime('now')",
        "PRAGMA user_version",
        "SELECT * FROM nowhere",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    ],
)
def test_a_query_that_is_not_pure_or_does_not_end_fails(query: str) -> None:
    (problem,) = Sql(query=query)(written(WRITE))
    assert problem.startswith("the query cannot be answered: ")
