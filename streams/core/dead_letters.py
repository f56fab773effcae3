"""What cannot be decoded or decided: kept whole in the twin, and its run ended as failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.errors import RecordError
from schemas.topics import dead_letter_topic
from streams.core import money, runs
from streams.core.bounds import MAX_DECISION_BYTES, clipped
from streams.core.draft import Draft
from streams.core.inputs import Input

if TYPE_CHECKING:
    from schemas.records import DeadLetter, RunState


def letter(
    source: Input, error: RecordError, worker: str, partition: int, now_ms: int
) -> DeadLetter:
    """The dead letter for a record, with its original bytes and headers.

    Only a record beyond what our own decisions emit is cut, so that a block can hold it.
    """
    return {
        "topic": source.topic,
        "partition": partition,
        "offset": source.offset,
        "reason": type(error).__name__,
        "field": clipped(error.field),
        "message": clipped(str(error)),
        "headers": [{"name": name, "value": value or b""} for name, value in source.headers],
        "key": source.key,
        "value": None if source.value is None else source.value[:MAX_DECISION_BYTES],
        "worker": worker,
        "found_at_ms": now_ms,
    }


def refuse(broken: Draft, dead: DeadLetter, now_ms: int) -> Draft:
    """The decision in place of one that could not be made; it ends the run that it was about."""
    draft = broken.restart()
    if broken.run is not None:
        runs.describe(draft, broken.run, broken.state)
        _fail(draft, broken.run, dead["message"], now_ms)
    draft.rule, draft.reason = "dead_letter", dead["message"]
    draft.emit(dead_letter_topic(dead["topic"]), draft.workspace, "dead_letter", dead)
    return draft


def _fail(draft: Draft, run: RunState, reason: str, now_ms: int) -> None:
    entry = runs.read_entry(draft, run["workspace"], run["run_id"])
    if entry is not None and entry["phase"] == "finished":
        return
    if entry is not None and entry["pending"] is not None:
        run = money.give_up(draft, entry["pending"], run, now_ms)
    runs.finish(draft, {**run, "error": run["error"] or reason}, "failed", now_ms)
