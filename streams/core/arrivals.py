"""A run arrives at a state: the record on the state's topic carries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import NonConforming
from streams.core import runs
from streams.core.advance import Advance
from streams.core.draft import Draft
from streams.core.recent import Recent
from streams.core.visit import Visit
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import RunState, Versions


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Takes runs in at the states they were sent to."""

    codec: Codec
    workflows: Mapping[str, Workflow]
    advance: Advance
    recent: Recent

    def at(self, state: str) -> Callable[[Draft, int], None]:
        """The handler of the topic of `state`."""

        def arrive(draft: Draft, now_ms: int) -> None:
            run = self._run(draft.source.value)
            runs.describe(draft, run, state)
            if not _expected(draft, run, state):
                draft.rule = "state.not_expected"
                draft.reason = f"the run is not on its way to {state}"
                return
            visit, run = visiting(self.workflows, draft, run, state, now_ms)
            self.advance.enter(visit, run)

        return arrive

    def _run(self, value: bytes | None) -> RunState:
        known = self.recent.take(value)
        return known or cast("RunState", self.codec.decode("run_state", value))


def visiting(
    workflows: Mapping[str, Workflow], draft: Draft, run: RunState, state: str, now_ms: int
) -> tuple[Visit, RunState]:
    """The visit of a run to a state, and the run as it goes on: under what is deployed here.

    A run that began under other versions is moved to these, and the decision says so. Raises
    NonConforming when its workflow is not deployed here.
    """
    runs.describe(draft, run, state)
    workflow = workflows.get(run["workflow"])
    if workflow is None:
        raise NonConforming("workflow", f"no workflow {run['workflow']} is deployed here")
    if run["versions"] != workflow.versions:
        draft.reason = f"moved from {_told(run['versions'])} to {_told(workflow.versions)}"
        run = {**run, "versions": workflow.versions}
        runs.describe(draft, run, state)
    return Visit(draft, workflow, state, now_ms), run


def _told(versions: Versions) -> str:
    return " ".join(str(version) for version in versions.values())


def _expected(draft: Draft, run: RunState, state: str) -> bool:
    entry = runs.read_entry(draft, run["workspace"], run["run_id"])
    return entry is not None and entry["phase"] == "travelling" and entry["state"] == state
