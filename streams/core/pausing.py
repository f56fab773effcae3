"""Pausing: a run that does not fit keeps its state, and goes on when there is money again.

It is tried again when the window that was full has passed, and when an operator sets a cap. A
list in the tables names the workspace's paused runs, so that nobody has to look for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import runs, tables

if TYPE_CHECKING:
    from schemas.records import PausedEntry, RunState, Wake
    from streams.core.draft import Draft
    from streams.core.ladder.rungs import Rung
    from streams.core.verdicts import Refusal
    from streams.core.visit import Visit

WAKES = "run.wakes"
MOST_PAUSED = 256
"""Of one workspace; the next run goes down the ladder instead."""


def may_pause(draft: Draft, run: RunState, now_ms: int) -> bool:
    """Whether the run has time left to wait in, and there is room for one more."""
    if run["pause_until_ms"]:
        return now_ms < run["pause_until_ms"]
    return len(_paused(draft, run["workspace"])) < MOST_PAUSED


def pause(visit: Visit, run: RunState, rung: Rung, refusal: Refusal, attempt: int) -> None:
    """The run waits; `attempt` is made when it goes on."""
    until_ms = run["pause_until_ms"] or visit.now_ms + (rung.hours or 1) * runs.HOUR_MS
    run = {**run, "pause_until_ms": until_ms}
    due_at_ms = min(until_ms, refusal.again_at_ms or until_ms)
    draft = visit.draft
    draft.rule = draft.rule or f"{visit.state}.paused"
    draft.reason = f"paused: {refusal.reason}"
    runs.pause(draft, run, visit.state, due_at_ms, attempt)
    _list(draft, run["workspace"], [*_without(draft, run), run["run_id"]])


def take_up(draft: Draft, run: RunState) -> None:
    """The run is no longer among those that wait for money."""
    if run["run_id"] in _paused(draft, run["workspace"]):
        _list(draft, run["workspace"], _without(draft, run))


def wake_all(draft: Draft, workspace: str, why: str) -> int:
    """Every paused run of the workspace is to try again; returns how many there are."""
    paused = _paused(draft, workspace)
    for run_id in paused:
        wake(draft, workspace, run_id, why)
    return len(paused)


def wake(draft: Draft, workspace: str, run_id: str, why: str, lever: str = "") -> None:
    """A run is to try again; without its id, those that are left of a `lever`'s."""
    record: Wake = {"workspace": workspace, "run_id": run_id, "why": why, "lever": lever}
    draft.emit(WAKES, workspace, "wake", record)


def _paused(draft: Draft, workspace: str) -> list[str]:
    entry: PausedEntry | None = draft.get(tables.PAUSED, tables.key(workspace))
    return [] if entry is None else entry["run_ids"]


def _without(draft: Draft, run: RunState) -> list[str]:
    return [run_id for run_id in _paused(draft, run["workspace"]) if run_id != run["run_id"]]


def _list(draft: Draft, workspace: str, run_ids: list[str]) -> None:
    draft.put(tables.PAUSED, tables.key(workspace), {"run_ids": run_ids} if run_ids else None)
