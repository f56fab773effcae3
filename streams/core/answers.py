"""A call was answered: settle its money, then try again or go on with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core import calls, money, runs
from streams.core.advance import Advance, keep, view_of
from streams.core.arrivals import deployed
from streams.core.draft import Draft
from streams.core.retry import may_retry
from streams.core.workflow import CallType, Workflow

if TYPE_CHECKING:
    from schemas.records import CallResult, PendingCall, RunEntry, RunState


@dataclass(frozen=True, slots=True)
class Answers:
    """Takes in what pools answer."""

    codec: Codec
    workflows: Mapping[str, Workflow]
    advance: Advance

    def resume(self, draft: Draft, now_ms: int) -> None:
        """The run that waits for this call goes on; an answer nobody waits for is noted."""
        result = cast("CallResult", self.codec.decode("call_result", draft.source.value))
        draft.run_id, draft.workspace = result["run_id"], result["workspace"]
        entry = runs.read_entry(draft, result["workspace"], result["run_id"])
        pending = entry["pending"] if entry else None
        if entry is None or pending is None or pending["call_id"] != result["call_id"]:
            draft.rule = "answer.not_awaited"
            draft.reason = f"no run waits for call {result['call_id']}"
            return
        self._go_on(draft, entry, pending, result, now_ms)

    def _go_on(
        self,
        draft: Draft,
        entry: RunEntry,
        pending: PendingCall,
        result: CallResult,
        now_ms: int,
    ) -> None:
        run, state = cast("RunState", entry["run"]), entry["state"]
        workflow = deployed(self.workflows, run)
        runs.describe(draft, run, state)
        draft.rule = f"answer.{result['status']}"
        calls.record_answer(draft, pending, result)
        cost = money.settle(draft, pending, result, workflow.contract, runs.owner(run), now_ms)
        run = cast("RunState", {**run, "spent_usd_micros": run["spent_usd_micros"] + cost})
        call_type = workflow.call_types.get((pending["kind"], pending["name"]))
        if _again(workflow, state, pending, result, call_type):
            self.advance.onward(draft, workflow, run, state, now_ms, pending["attempt"] + 1)
            return
        answer = calls.answer_of(result, call_type)
        run = keep(draft, self.advance.states[state].absorb(view_of(draft, workflow, run), answer))
        self.advance.onward(draft, workflow, run, state, now_ms)


def _again(
    workflow: Workflow,
    state: str,
    pending: PendingCall,
    result: CallResult,
    call_type: CallType | None,
) -> bool:
    return may_retry(
        result["status"],
        repeatable=call_type is not None and call_type.repeatable,
        attempt=pending["attempt"],
        attempts=workflow.contract.policy(state).attempts,
    )
