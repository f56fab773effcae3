"""Tables: what a fold brings is read when it is needed, and is the same then."""

from __future__ import annotations

import pytest

from schemas.errors import UnknownSchema, WrongSchema
from streams.core import tables
from streams.core.tables import Tables
from tests.builders import CODEC

ENTRY = {"spent_usd_micros": 3, "reserved_usd_micros": 4}
ENCODED = CODEC.encode("budget_entry", ENTRY)


def test_what_was_put_in_its_bytes_is_read_as_its_value() -> None:
    held = Tables(CODEC)
    held.put_encoded(tables.BUDGET, "a", ENCODED)
    held.put_encoded(tables.EVIDENCE, "b", b"text")
    assert held.items(tables.BUDGET) == [("a", ENTRY)]
    assert list(held) == [("budget", "a", ENTRY), ("evidence", "b", b"text")]
    assert held.get(tables.BUDGET, "a") is held.get(tables.BUDGET, "a")
    assert held.get(tables.EVIDENCE, "b") == b"text"


def test_the_last_that_was_put_counts_whichever_way_it_was_put() -> None:
    held, other = Tables(CODEC), {**ENTRY, "spent_usd_micros": 9}
    held.put_encoded(tables.BUDGET, "a", ENCODED)
    held.put(tables.BUDGET, "a", other)
    assert held.get(tables.BUDGET, "a") == other
    held.put_encoded(tables.BUDGET, "a", ENCODED)
    assert held.get(tables.BUDGET, "a") == ENTRY
    assert (held.count(tables.BUDGET), len(held)) == (1, 1)


@pytest.mark.parametrize("deleting", [Tables.put, Tables.put_encoded])
@pytest.mark.parametrize("read_before", [True, False])
def test_none_deletes_what_was_put_in_its_bytes(deleting: object, read_before: bool) -> None:
    held = Tables(CODEC)
    held.put_encoded(tables.BUDGET, "a", ENCODED)
    if read_before:
        held.get(tables.BUDGET, "a")
    deleting(held, tables.BUDGET, "a", None)  # type: ignore[operator]
    assert held.get(tables.BUDGET, "a") is None
    assert len(held) == held.count(tables.BUDGET) == 0


def test_bytes_come_back_in_order_whether_they_were_read_or_not() -> None:
    held = Tables(CODEC)
    held.put(tables.BUDGET, "b", ENTRY)
    held.put_encoded(tables.BUDGET, "c", ENCODED)
    held.put_encoded(tables.BUDGET, "a", ENCODED)
    held.get(tables.BUDGET, "a")
    assert list(held.encoded()) == [("budget", key, ENCODED) for key in "abc"]


def test_bytes_of_an_unknown_or_another_contract_are_refused_at_once() -> None:
    held = Tables(CODEC)
    with pytest.raises(UnknownSchema):
        held.put_encoded(tables.BUDGET, "a", b"\0\0\0\0\1")
    with pytest.raises(WrongSchema):
        held.put_encoded(tables.RUNS, "a", ENCODED)
    assert len(held) == 0
