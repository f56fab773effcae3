"""Questions as their topic tells them: what is open, whatever was forwarded twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from schemas.errors import ApprovalUnknown
from streams.core.inputs import PlaceOf
from streams.sources.record import Held, SourceRecord
from tests.builders import CODEC
from tests.unit.approvals.desk import decide, news, refunding
from tollway.approvals.reading import Known, named, read_questions

if TYPE_CHECKING:
    from schemas.records import Approval

TOPIC = "approvals.questions"


class Topic:
    """One partition of the topic, with the place of each record."""

    def __init__(self, records: list[Approval], order: list[int]) -> None:
        self.records = [_placed(at, number, records[number]) for at, number in enumerate(order)]

    async def partitions(self, topic: str) -> list[int]:
        return [0] if topic == TOPIC else []

    async def held(self, topic: str, partition: int) -> Held:
        return Held(0, len(self.records) if (topic, partition) == (TOPIC, 0) else 0)

    async def read(
        self, topic: str, partition: int, from_offset: int = 0
    ) -> AsyncIterator[SourceRecord]:
        assert (topic, partition) == (TOPIC, 0)
        for record in self.records[from_offset:]:
            yield record


def _placed(offset: int, number: int, record: Approval) -> SourceRecord:
    header = PlaceOf("ledger", number, 0).header()
    value = CODEC.encode("approval", record)
    return SourceRecord(TOPIC, 0, offset, -1, b"acme", value, (header,))


async def known(records: list[Approval], *order: int) -> dict[str, Known]:
    return await read_questions(Topic(records, list(order)), CODEC)


async def test_a_question_is_open_until_it_ends_and_a_refusal_changes_nothing() -> None:
    journey = refunding(4_500)
    decide(journey, approver="mallory")
    (held,) = (await known(news(journey), 0, 1)).values()
    assert (held.is_open, held.status, len(held.history)) == (True, "asked", 2)
    decide(journey)
    (held,) = (await known(news(journey), 0, 1, 2)).values()
    assert (held.is_open, held.status) == (False, "granted")


async def test_what_is_forwarded_again_after_a_crash_does_not_open_a_question_again() -> None:
    journey = refunding(4_500)
    decide(journey)
    (held,) = (await known(news(journey), 0, 1, 0, 1)).values()
    assert [record["status"] for record in held.history] == ["asked", "granted"]


async def test_a_question_is_named_by_the_beginning_of_its_id() -> None:
    journey = refunding(4_500)
    questions = await known(news(journey), 0)
    (approval_id,) = questions
    assert named(questions, approval_id[:6]) is questions[approval_id]
    for name in ("", approval_id[:3], "0000"):
        with pytest.raises(ApprovalUnknown, match="tollway approvals list"):
            named(questions, name)
