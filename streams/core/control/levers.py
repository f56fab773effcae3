"""Levers: operators pause or end runs, and let them go on.

A lever stands in the tables under the workspace that it is for. One for all workspaces reaches
every partition and stands there under a workspace that nobody can have. What it concerns is
found in the runs table: pulling one that ends runs, or releasing one, wakes those runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from schemas.control import EVERYWHERE
from streams.core import pausing, runs, tables
from streams.core.closing import Ending
from streams.core.control.standing import counts

if TYPE_CHECKING:
    from schemas.records import (
        ControlCommand,
        FinalOutcome,
        LeverEntry,
        RunEntry,
        RunState,
    )
    from streams.core.draft import Draft
    from streams.core.visit import Visit

ALL, WORKFLOW, CALL, RUN = "all", "workflow", "call", runs.OWN_LEVER
"""What a lever stops."""
PAUSE, END, RELEASE = "pause", "end", "release"
"""What it does to runs."""
MOST_WOKEN = 1_000
"""In one decision; another one goes on."""


class Pulled(NamedTuple):
    """A lever that concerns a run."""

    key: str
    entry: LeverEntry

    @property
    def why(self) -> str:
        """Which, by whom and why."""
        done = "ended" if self.entry["mode"] == END else "paused"
        return f"{done} by {self.entry['who']} ({_named(self.key)}): {self.entry['why']}"

    @property
    def ending(self) -> Ending:
        """How runs end by it."""
        outcome: FinalOutcome = "failed" if self.entry["outcome"] == "failed" else "escalated"
        return Ending(outcome, self.why)


def pull(draft: Draft, command: ControlCommand, _: int) -> None:
    """Runs pause, end or go on from the next decision; one given earlier changes nothing."""
    lever = command["lever"]
    assert lever is not None  # noqa: S101  the handler of this kind
    key = key_of(command["workspace"], lever["what"], lever["name"])
    standing: LeverEntry | None = draft.get(tables.LEVERS, key)
    if counts(draft, standing, command, "moved this lever"):
        put(draft, key, command, lever["mode"])
        draft.rule = f"control.{lever['mode']}"
        draft.reason = f"{_named(key)}: {lever['mode']}, by {command['who']}: {command['why']}"
        wake_concerned(draft, key, draft.reason)


def put(
    draft: Draft, key: str, command: ControlCommand, mode: str, outcome: str = "escalated"
) -> None:
    """The lever stands as the command says."""
    entry: LeverEntry = {
        "mode": mode,
        "outcome": outcome,
        "command_id": command["command_id"],
        "issued_at_ms": command["issued_at_ms"],
        "who": command["who"],
        "why": command["why"],
    }
    draft.put(tables.LEVERS, key, entry)


def key_of(workspace: str, what: str, name: str) -> str:
    """Where a lever stands in its table."""
    return tables.key(workspace, what, name)


def holding(draft: Draft, run: RunState, name: str) -> Pulled | None:
    """The lever that makes the run wait with a call of `name`."""
    whats = {ALL: "", WORKFLOW: run["workflow"], CALL: name}
    return _pulled(draft, _keys(run, whats), PAUSE)


def ending(draft: Draft, run: RunState) -> Pulled | None:
    """The lever that ends the run."""
    whats = {ALL: "", WORKFLOW: run["workflow"], RUN: run["run_id"]}
    return _pulled(draft, _keys(run, whats), END)


def hold(visit: Visit, run: RunState, lever: Pulled, attempt: int) -> None:
    """The run waits until the lever is released; `attempt` is made when it goes on."""
    visit.draft.rule = visit.draft.rule or f"{visit.state}.held"
    visit.draft.reason = lever.why
    runs.hold(visit.draft, run, visit.state, lever.key, attempt)


def wake_concerned(draft: Draft, key: str, why: str) -> None:
    """Wake the runs that the lever, as it stands now, lets go on or ends.

    They are so many at once; a record to ourselves goes on with the rest.
    """
    found = _concerned(draft, key)
    for run_id, workspace in found[:MOST_WOKEN]:
        pausing.wake(draft, workspace, run_id, why, key)
    if len(found) > MOST_WOKEN:
        pausing.wake(draft, key.partition(tables.SEPARATOR)[0], "", why, key)


def _concerned(draft: Draft, key: str) -> list[tuple[str, str]]:
    """Run id and workspace of waiting runs, in the order of the table."""
    standing: LeverEntry | None = draft.get(tables.LEVERS, key)
    mode = RELEASE if standing is None else standing["mode"]
    workspace, what, name = key.split(tables.SEPARATOR, 2)
    of = "" if workspace == EVERYWHERE else tables.key(workspace, "")
    entries: Iterator[RunEntry] = (e for _, e in draft.base.items(tables.RUNS, of))
    waiting = ((e["run"], e["held_by"]) for e in entries if e["run"] is not None)
    return [
        (run["run_id"], run["workspace"])
        for run, held_by in waiting
        if (mode == RELEASE and held_by == key)
        or (mode == END and (what == ALL or run["workflow"] == name))
    ]


def _keys(run: RunState, whats: dict[str, str]) -> Iterator[str]:
    for workspace in (EVERYWHERE, run["workspace"]):
        for what, name in whats.items():
            yield key_of(workspace, what, name)


def _pulled(draft: Draft, keys: Iterator[str], mode: str) -> Pulled | None:
    for key in keys:
        entry: LeverEntry | None = draft.get(tables.LEVERS, key)
        if entry is not None and entry["mode"] == mode:
            return Pulled(key, entry)
    return None


def _named(key: str) -> str:
    """A lever in words."""
    workspace, what, name = key.split(tables.SEPARATOR, 2)
    where = "all workspaces" if workspace == EVERYWHERE else f"workspace {workspace}"
    return f"everything in {where}" if what == ALL else f"{what} {name} in {where}"
