"""Intake: the same event is the same run, and a run begins under one workflow's contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core import runs
from streams.core.advance import Advance
from streams.core.draft import Draft
from streams.core.hashing import run_id
from streams.core.visit import Visit
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import IntakeEvent, RunState

ENTRY_STATE = "intake"


@dataclass(frozen=True, slots=True)
class Intake:
    """Begins runs."""

    codec: Codec
    workflows: Mapping[str, Workflow]
    advance: Advance

    def admit(self, draft: Draft, now_ms: int) -> None:
        """A new run, or nothing when the event is known."""
        event = cast("IntakeEvent", self.codec.decode("intake_event", draft.source.value))
        workflow = self._route(event)
        versions = workflow.versions if workflow else runs.NO_VERSIONS
        key = run_id(event["workspace"], event["event_id"])
        run = runs.begin(event, key, versions, now_ms)
        runs.describe(draft, run, ENTRY_STATE)
        if runs.read_entry(draft, run["workspace"], key) is not None:
            draft.rule = "intake.duplicate"
        elif workflow is None:
            self._reject(draft, run, now_ms)
        else:
            run = {**run, "workflow": workflow.name}
            runs.describe(draft, run, ENTRY_STATE)
            self.advance.enter(Visit(draft, workflow, ENTRY_STATE, now_ms), run)

    def _route(self, event: IntakeEvent) -> Workflow | None:
        """The workflow that the event names, or the only one that serves its intent."""
        if event["workflow"] is not None:
            return self.workflows.get(event["workflow"])
        serving = [w for w in self.workflows.values() if event["intent"] in w.contract.intents]
        return serving[0] if len(serving) == 1 else None

    def _reject(self, draft: Draft, run: RunState, now_ms: int) -> None:
        wanted = f"no workflow {run['workflow']} is deployed here"
        if not run["workflow"]:
            wanted = f"not one workflow but none or several serve intent {run['intent'] or 'none'}"
        known = ", ".join(sorted(self.workflows)) or "none"
        draft.rule, draft.transition = "intake.unknown_workflow", "rejected"
        draft.reason = f"workflow: {wanted}; name one of: {known}"
        runs.finish(draft, {**run, "error": draft.reason}, "rejected", now_ms, None)
