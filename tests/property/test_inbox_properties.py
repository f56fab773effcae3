"""Whatever a consumer delivers, in whatever order: each offset comes out once, in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.inbox import Inbox
from streams.core.inputs import PlaceOf, place_of
from tests.builders import delivered

LAST = 12
fetches = st.lists(
    st.tuples(st.sampled_from("tu"), st.integers(0, LAST), st.integers(0, LAST)), max_size=40
)


@given(fetches=fetches, first=st.integers(0, 5))
def test_each_offset_comes_out_once_and_in_order(
    fetches: list[tuple[str, int, int]], first: int
) -> None:
    inbox = Inbox()
    inbox.open({"t": first, "u": 0})
    out: dict[str, list[int]] = {"t": [], "u": []}
    for topic, start, length in [*fetches, *(("t", 0, LAST), ("u", 0, LAST))]:
        deliver(inbox, topic, start, min(start + length, LAST))
        while (source := inbox.take(facts_only=False)) is not None:
            out[source.topic].append(source.offset)
    assert out == {"t": list(range(first, LAST)), "u": list(range(LAST))}


def deliver(inbox: Inbox, topic: str, start: int, end: int) -> None:
    """Deliver a fetch; at a gap the consumer goes back, and delivers the fetch again."""
    gap = inbox.offer(topic, [delivered(topic, offset, b"") for offset in range(start, end)])
    if gap is not None:
        assert gap.topic == topic
        assert gap.expected < end
        deliver(inbox, topic, gap.expected, end)


@given(value=st.binary(max_size=40) | st.none())
def test_any_bytes_are_a_place_or_none(value: bytes | None) -> None:
    place = place_of((("tollway-place", value),))
    assert place is None or place_of((place.header(),)) == place


@given(
    stream=st.sampled_from(["ledger", "journal.model"]),
    offset=st.integers(0, 10**18 - 1),
    index=st.integers(0, 10**9 - 1),
)
def test_every_place_is_read_back(stream: str, offset: int, index: int) -> None:
    place = PlaceOf(stream, offset, index)
    assert place_of((place.header(),)) == place
