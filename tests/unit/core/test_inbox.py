"""The inbox puts inputs into the order of their offsets, whatever a consumer delivers."""

from __future__ import annotations

from streams.core.inbox import Gap, Inbox
from streams.core.inputs import Input, local
from tests.builders import delivered


def records(*offsets: int) -> list[Input]:
    return [delivered("t", offset, b"") for offset in offsets]


def taken(inbox: Inbox) -> list[int]:
    found = []
    while (source := inbox.take(facts_only=False)) is not None:
        found.append(source.offset)
    return found


def opened(**expected: int) -> Inbox:
    inbox = Inbox()
    inbox.open(expected)
    return inbox


def test_records_come_out_in_order() -> None:
    inbox = opened(t=3)
    assert inbox.offer("t", records(3, 4, 5)) is None
    assert taken(inbox) == [3, 4, 5]


def test_what_was_delivered_before_is_dropped() -> None:
    inbox = opened(t=2)
    inbox.offer("t", records(0, 1, 2))
    inbox.offer("t", records(1, 2, 3))
    assert taken(inbox) == [2, 3]
    assert inbox.duplicates == 4


def test_nothing_behind_a_gap_is_taken() -> None:
    inbox = opened(t=0)
    assert inbox.offer("t", records(0, 2, 3)) == Gap("t", 1)
    assert taken(inbox) == [0]
    assert inbox.offer("t", records(1, 2)) is None
    assert taken(inbox) == [1, 2]


def test_topics_have_their_own_offsets() -> None:
    inbox = opened(t=0, u=5)
    inbox.offer("u", [delivered("u", 5, b"")])
    inbox.offer("t", records(0))
    assert taken(inbox) == [5, 0]


def test_a_shut_inbox_takes_nothing_and_forgets_what_waits() -> None:
    inbox = opened(t=0)
    inbox.offer("t", records(0, 1))
    inbox.shut()
    assert inbox.offer("t", records(2)) is None
    inbox.skip_to("t", 9)
    assert (len(inbox), inbox.expected) == (0, {})


def test_facts_come_first_and_outlive_a_fold() -> None:
    inbox = opened(t=0)
    inbox.offer("t", records(0))
    inbox.offer_fact(local("fact"))
    inbox.shut()
    inbox.open({"t": 0})
    inbox.offer("t", records(0))
    first = inbox.take(facts_only=False)
    assert first is not None
    assert first.fact == "fact"
    assert taken(inbox) == [0]


def test_only_facts_are_taken_while_there_is_no_room() -> None:
    inbox = opened(t=0)
    inbox.offer("t", records(0))
    assert inbox.take(facts_only=True) is None
    assert taken(inbox) == [0]


def test_what_the_broker_no_longer_holds_is_skipped_and_never_gone_back_to() -> None:
    inbox = opened(t=3)
    inbox.skip_to("t", 7)
    inbox.skip_to("t", 5)
    assert inbox.expected == {"t": 7}


def test_records_of_the_entry_topic_come_last_and_only_when_they_may_enter() -> None:
    inbox = Inbox("in")
    inbox.open({"in": 0, "t": 0})
    inbox.offer("in", [delivered("in", 0, b"")])
    inbox.offer("t", records(0))
    first = inbox.take(facts_only=False)
    assert first is not None
    assert first.topic == "t"
    assert inbox.take(facts_only=False, enter=False) is None
    assert (len(inbox), inbox.entering) == (1, 1)
    last = inbox.take(facts_only=False)
    assert last is not None
    assert last.topic == "in"


def test_a_shut_inbox_weighs_nothing() -> None:
    inbox = opened(t=0)
    inbox.offer("t", [delivered("t", 0, b"x" * 10)])
    assert inbox.topics_whose(lambda queue: queue.size_bytes >= 10) == ["t"]
    inbox.open({"t": 0})
    assert inbox.topics_whose(lambda queue: queue.size_bytes > 0) == []


def test_a_topic_whose_input_is_held_waits_and_the_others_go_on() -> None:
    inbox = opened(t=0, u=0)
    inbox.offer("t", records(0, 1))
    first = inbox.take(facts_only=False)
    assert first is not None
    inbox.hold(first)
    inbox.offer("u", [delivered("u", 0, b"")])
    inbox.offer("t", records(2))
    assert taken(inbox) == [0]
    assert (len(inbox), inbox.undecided_from("t"), inbox.undecided_from("u")) == (3, 0, 1)
    inbox.release(first)
    assert taken(inbox) == [0, 1, 2]


def test_what_is_released_after_a_fold_is_not_taken_twice() -> None:
    inbox = opened(t=0)
    inbox.offer("t", records(0))
    first = inbox.take(facts_only=False)
    assert first is not None
    inbox.hold(first)
    inbox.shut()
    inbox.release(first)
    inbox.open({"t": 0})
    inbox.release(first)
    assert len(inbox) == 0
    inbox.offer("t", records(0))
    assert taken(inbox) == [0]
