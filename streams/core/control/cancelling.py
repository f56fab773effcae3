"""One run is cancelled: it ends where it waits, or where it arrives next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core import runs, tables
from streams.core.closing import close_where_it_waits
from streams.core.control import levers

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from streams.core.draft import Draft
    from streams.core.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Ends runs; knows the contracts, which say how long their late answers are waited for."""

    workflows: Mapping[str, Workflow]

    def cancel(self, draft: Draft, command: ControlCommand, now_ms: int) -> None:
        """The run ends once; one that has ended, or that nobody knows, is left alone."""
        said = command["cancellation"]
        assert said is not None  # noqa: S101  the handler of this kind
        draft.run_id, workspace = said["run_id"], command["workspace"]
        entry = runs.read_entry(draft, workspace, said["run_id"])
        if entry is None or entry["phase"] == "finished":
            ended = "is not known here" if entry is None else "has ended already"
            draft.rule, draft.reason = "control.no_open_run", f"run {said['run_id']} {ended}"
            return
        draft.rule = "control.cancelled"
        key = levers.key_of(workspace, levers.RUN, said["run_id"])
        levers.put(draft, key, command, levers.END, said["outcome"])
        lever = levers.Pulled(key, draft.get(tables.LEVERS, key))
        draft.reason = lever.why
        if entry["run"] is not None:
            close_where_it_waits(self.workflows, draft, entry, lever.ending, now_ms)
