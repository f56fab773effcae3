"""Place headers: what a forwarder writes is read back, and anything else is no place."""

from __future__ import annotations

import pytest

from streams.core.inputs import PLACE_HEADER, PlaceOf, place_of


@pytest.mark.parametrize("stream", ["ledger", "journal.tool"])
def test_a_place_is_read_back(stream: str) -> None:
    place = PlaceOf(stream, 10**18 - 1, 10**9 - 1)
    assert place_of((("other", b"x"), place.header())) == place


def test_the_first_place_counts() -> None:
    assert place_of((PlaceOf("ledger", 1, 1).header(), PlaceOf("ledger", 2, 2).header())) == (
        PlaceOf("ledger", 1, 1)
    )


def test_a_record_without_the_header_has_no_place() -> None:
    assert place_of((("tollway-plaice", b"ledger/1/2"),)) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"ledger",
        b"ledger/1",
        b"ledger/1/2/3",
        b"ledger/-1/2",
        b"ledger/1/-2",
        b"ledger/ 1/2",
        b"ledger/1_0/2",
        b"ledger/1/2\n",
        b"/1/2",
        b"led|ger/1/2",
        b"led/ger/1/2",
        "ledger/\u0661/2".encode(),
        b"ledger/1/\xff",
        b"ledger/9999999999999999999/0",
        b"ledger/1/9999999999",
    ],
)
def test_hostile_values_are_no_place(value: bytes | None) -> None:
    assert place_of(((PLACE_HEADER, value),)) is None
