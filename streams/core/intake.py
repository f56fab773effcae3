"""Intake: the same event is the same run, and a run begins under one workflow's contract.

An event that names its workflow, or an intent that exactly one serves, goes there. For any other
the router's own contract governs the run until it is routed, where a router is deployed.
"""

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
        conflict = self._conflict(event)
        workflow = self._router if conflict else self._route(event)
        versions = workflow.versions if workflow else runs.NO_VERSIONS
        key = run_id(event["workspace"], event["event_id"])
        run = runs.begin(event, key, versions, now_ms)
        runs.describe(draft, run, ENTRY_STATE)
        if runs.read_entry(draft, run["workspace"], key) is not None:
            draft.rule = "intake.duplicate"
        elif workflow is None:
            self._reject(draft, run, conflict, now_ms)
        else:
            run = {**run, "workflow": workflow.name, "risk": self._risk(event), "error": conflict}
            runs.describe(draft, run, ENTRY_STATE)
            self.advance.enter(Visit(draft, workflow, ENTRY_STATE, now_ms), run)

    @property
    def _router(self) -> Workflow | None:
        return next((flow for flow in self.workflows.values() if flow.router is not None), None)

    def _route(self, event: IntakeEvent) -> Workflow | None:
        """The workflow that the event names, the only one of its intent, or else the router."""
        if event["workflow"] is not None:
            return self.workflows.get(event["workflow"])
        serving = self._serving(event["intent"])
        return serving[0] if len(serving) == 1 else self._router

    def _serving(self, intent: str | None) -> list[Workflow]:
        return [w for w in self.workflows.values() if intent in w.contract.intents]

    def _conflict(self, event: IntakeEvent) -> str | None:
        """What is wrong with an event whose intent is another workflow's than the one it names."""
        named = self.workflows.get(event["workflow"] or "")
        serving = self._serving(event["intent"])
        if named is None or not serving or named in serving:
            return None
        others = " and ".join(workflow.name for workflow in serving)
        return (
            f"routing: workflow {named.name} does not serve intent {event['intent']}, {others} "
            "does; name a workflow and an intent of it, or only one of the two"
        )

    def _risk(self, event: IntakeEvent) -> str:
        router = self._router
        if router is None or router.router is None:
            return "low"
        return router.router.risk(event["request"])

    def _reject(self, draft: Draft, run: RunState, conflict: str | None, now_ms: int) -> None:
        wanted = f"no workflow {run['workflow']} is deployed here"
        if not run["workflow"]:
            wanted = f"not one workflow but none or several serve intent {run['intent'] or 'none'}"
        known = ", ".join(sorted(self.workflows)) or "none"
        draft.rule, draft.transition = "intake.unknown_workflow", "rejected"
        draft.reason = f"workflow: {wanted}; name one of: {known}"
        if conflict is not None:
            draft.rule, draft.reason = "intake.conflict", conflict
        runs.finish(draft, {**run, "error": draft.reason}, "rejected", now_ms, None)
