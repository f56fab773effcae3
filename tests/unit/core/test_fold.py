"""Rule 3: the state is a fold, and an input at or below its position was applied."""

from __future__ import annotations

from streams.core.inputs import PlaceOf, local
from tests.builders import delivered
from tests.unit.core.stream import MemoryStream, draft, draft_of, fact

FIRST, SECOND = PlaceOf("ledger", 3, 0), PlaceOf("ledger", 3, 1)


def test_an_input_at_or_below_the_position_was_applied() -> None:
    fold = MemoryStream().writer().fold
    draft(fold, 4)
    assert fold.applied(delivered("state.plan", 4, b""))
    assert fold.applied(delivered("state.plan", 1, b""))
    assert not fold.applied(delivered("state.plan", 5, b""))
    assert not fold.applied(delivered("state.verify", 4, b""))
    assert (fold.next_offset("state.plan"), fold.next_offset("state.verify")) == (5, 0)


def test_a_record_that_was_forwarded_again_was_applied() -> None:
    fold = MemoryStream().writer().fold
    draft_of(fold, FIRST, offset=0)
    assert fold.applied(delivered("state.plan", 1, b"", FIRST.header()))
    assert not fold.applied(delivered("state.plan", 1, b"", SECOND.header()))


def test_marks_of_one_topic_and_stream_say_nothing_of_others() -> None:
    fold = MemoryStream().writer().fold
    draft_of(fold, SECOND, offset=0)
    assert not fold.applied(delivered("state.verify", 0, b"", FIRST.header()))
    other = PlaceOf("journal.tool", 3, 0)
    assert not fold.applied(delivered("state.plan", 1, b"", other.header()))


def test_a_fact_is_never_applied_before_and_moves_no_position() -> None:
    fold = MemoryStream().writer().fold
    fact(fold, a=b"1")
    assert not fold.applied(local("a fact"))
    assert fold.positions == {}


def test_a_change_to_nothing_deletes_and_empty_bytes_stay() -> None:
    stream = MemoryStream()
    writer = stream.writer()
    stream.put(writer, draft(writer.fold, 0, gone=b"1", empty=b""))
    stream.put(writer, draft(writer.fold, 1, gone=None))
    assert list(stream.fold().fold.tables) == [("evidence", "empty", b"")]
