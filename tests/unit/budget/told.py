"""Decisions of the tiny workflow as a reader of the ledger is given them, and as an export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from streams.core.chain import NOWHERE
from streams.core.fold import Fold
from streams.sources.record import SourceRecord
from tests.builders import CODEC, plan, result, workflow
from tests.unit.core.journey import Journey
from tests.unit.core.test_ticks import tick
from tests.unit.sinks.world import export_to
from tollway.budget.calls import CallBook
from tollway.budget.reading import Decided

if TYPE_CHECKING:
    from schemas.records import Call, Decision


def decided(journey: Journey) -> list[Decided]:
    """What a journey decided, each in a block of its own."""
    return [
        Decided(0, offset, 0, journey.now_ms, draft.decision)
        for offset, draft in enumerate(journey.drafts)
    ]


def book_of(journey: Journey) -> CallBook:
    """The calls of a journey."""
    book = CallBook(CODEC)
    for each in decided(journey):
        book.take(each)
    return book


def waiting_for(tool: str, **changes: Any) -> tuple[Journey, Call]:
    """A run that has called its only tool, and the call."""
    journey = Journey(workflow(**changes))
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(tool)))
    return journey, journey.calls.popleft()


def give_up(journey: Journey) -> None:
    """Nothing is heard of the call that the run waits for, and it goes on without."""
    journey.now_ms = journey.entry()["due_at_ms"]
    tick(journey)


def exported(journey: Journey, folder: Path) -> Path:
    """A journey's ledger as an export, a block a decision."""
    return export_blocks(folder, [draft.decision for draft in journey.drafts], journey.now_ms)


def export_blocks(folder: Path, decisions: list[Decision], now_ms: int) -> Path:
    """Decisions on a ledger, a block each."""
    fold, records = Fold(CODEC), list[SourceRecord]()
    for offset, decision in enumerate(decisions):
        block = {
            "previous": fold.chain.head,
            "writer": "worker",
            "decided_at_ms": now_ms,
            "forwarded_through": NOWHERE,
            "snapshot_offset": NOWHERE,
            "decisions": [decision],
            "snapshot": None,
        }
        value = CODEC.encode("ledger_block", block)
        fold.read(offset, value)
        records.append(SourceRecord("ledger", 0, offset, now_ms, None, value, ()))
    return export_to(folder, {"ledger": records})
