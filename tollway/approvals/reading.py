"""Questions and what became of them, read from their topic alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import ApprovalUnknown
from streams.core.approvals.questions import QUESTIONS
from streams.core.inputs import PlaceOf
from streams.sources.record import RecordSource

if TYPE_CHECKING:
    from schemas.records import Approval, ApprovalQuestion

OPEN = frozenset({"asked", "agreed", "escalated"})
"""What leaves a question open."""
REFUSED = "refused"
SHORTEST_NAME = 4
"""Characters of an id that may stand for it."""


@dataclass(slots=True)
class Known:
    """One question as it stood last, on its partition, and all that became of it, oldest first."""

    question: ApprovalQuestion
    partition: int
    history: list[Approval] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Of the last record that is about the question itself."""
        return next(r["status"] for r in reversed(self.history) if r["status"] != REFUSED)

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.status in OPEN


async def read_questions(source: RecordSource, codec: Codec) -> dict[str, Known]:
    """All questions by id, the oldest first."""
    known: dict[str, Known] = {}
    for partition in await source.partitions(QUESTIONS):
        async for record in news(source, codec, partition):
            question = record["question"]
            if question is None:
                continue
            held = known.setdefault(question["approval_id"], Known(question, partition))
            held.question = question
            held.history.append(record)
    asked = sorted(known.values(), key=lambda held: held.question["asked_at_ms"])
    return {held.question["approval_id"]: held for held in asked}


async def news(
    source: RecordSource, codec: Codec, partition: int, from_offset: int = 0
) -> AsyncIterator[Approval]:
    """Records of one partition, each once: what was forwarded again is dropped."""
    last: PlaceOf | None = None
    async for record in source.read(QUESTIONS, partition, from_offset):
        place = record.as_input().place
        if last is not None and place is not None and _at(place) <= _at(last):
            continue
        last = place or last
        yield cast("Approval", codec.decode("approval", record.value))


def named(known: dict[str, Known], name: str) -> Known:
    """The question with this id, or whose id alone begins so. Raises ApprovalUnknown."""
    if name in known:
        return known[name]
    fitting = [held for approval_id, held in known.items() if approval_id.startswith(name)]
    if len(fitting) == 1 and len(name) >= SHORTEST_NAME:
        return fitting[0]
    found = f"{len(fitting)} ids begin so" if fitting else "no such question was asked"
    raise ApprovalUnknown(f"{name}: {found}; 'tollway approvals list' shows those there are")


def _at(place: PlaceOf) -> tuple[int, int]:
    return place.offset, place.index
