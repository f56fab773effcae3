"""What cannot be decoded or decided: kept whole in the twin, and its run ended as failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from schemas.errors import RecordError
from schemas.topics import dead_letter_topic
from streams.core import money, runs
from streams.core.draft import Draft
from streams.core.inputs import Input

if TYPE_CHECKING:
    from schemas.records import DeadLetter, RunState


def letter(
    source: Input, error: RecordError, worker: str, partition: int, now_ms: int
) -> DeadLetter:
    """The dead letter for a record, with its original bytes and headers."""
    return {
        "topic": source.topic,
        "partition": partition,
        "offset": source.offset,
        "reason": type(error).__name__,
        "field": error.field,
        "message": str(error),
        "headers": [{"name": name, "value": value} for name, value in source.headers],
        "key": source.key,
        "value": source.value,
        "worker": worker,
        "found_at_ms": now_ms,
    }


def refuse(broken: Draft, error: RecordError, dead: DeadLetter, now_ms: int) -> Draft:
    """The decision in place of one that could not be made."""
    draft = broken.restart()
    run = _run_of(broken)
    if run is not None:
        runs.describe(draft, run, broken.state)
        _fail(draft, run, str(error), now_ms)
    draft.rule, draft.reason = "dead_letter", str(error)
    draft.emit(dead_letter_topic(dead["topic"]), draft.workspace, "dead_letter", dead)
    return draft


def _run_of(broken: Draft) -> RunState | None:
    """The run that the record carries, or the one that waits for it."""
    try:
        return cast("RunState", broken.codec.decode("run_state", broken.source.value))
    except RecordError:
        entry = broken.base.get("runs", runs.entry_key(broken.workspace, broken.run_id))
        return entry["run"] if entry else None


def _fail(draft: Draft, run: RunState, reason: str, now_ms: int) -> None:
    entry = runs.read_entry(draft, run["workspace"], run["run_id"])
    if entry is None or entry["phase"] == "finished":
        return
    if entry["pending"] is not None:
        run = money.give_up(draft, entry["pending"], run)
    runs.finish(draft, {**run, "error": run["error"] or reason}, "failed", now_ms)
