"""A call was answered: settle its money, then try again or go on with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import NonConforming
from streams.core import accesses, calls, money, runs
from streams.core.advance import Advance
from streams.core.arrivals import deployed
from streams.core.draft import Draft
from streams.core.retry import may_retry
from streams.core.visit import Visit
from streams.core.workflow import CallType, Workflow

if TYPE_CHECKING:
    from schemas.records import CallKind, CallResult, PendingCall, RunState


@dataclass(frozen=True, slots=True)
class _Answered:
    """A waiting run with the answer to its call."""

    run: RunState
    pending: PendingCall
    result: CallResult
    call_type: CallType | None

    def may_retry(self, attempts: int) -> bool:
        return may_retry(
            self.result["status"],
            repeatable=self.call_type is not None and self.call_type.repeatable,
            attempt=self.pending["attempt"],
            attempts=attempts,
        )


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
        run = cast("RunState", entry["run"])
        runs.describe(draft, run, entry["state"])
        workflow = deployed(self.workflows, run)
        visit = Visit(draft, workflow, entry["state"], now_ms)
        kind = cast("CallKind", pending["kind"])
        call_type = workflow.call_types.get((kind, pending["name"]))
        self._go_on(visit, _Answered(run, pending, _conforming(result), call_type))

    def _go_on(self, visit: Visit, answered: _Answered) -> None:
        draft, result, pending = visit.draft, answered.result, answered.pending
        draft.rule = f"answer.{result['status']}"
        draft.accesses.append(accesses.answered(pending, result))
        cost = money.settle(draft, pending, result, visit.now_ms)
        run: RunState = {
            **answered.run,
            "spent_usd_micros": answered.run["spent_usd_micros"] + cost,
        }
        if answered.may_retry(visit.workflow.contract.policy(visit.state).attempts):
            self.advance.onward(visit, run, pending["attempt"] + 1)
        else:
            answer = calls.answer_of(result, answered.call_type)
            self.advance.answer(visit, run, answer)


def _conforming(result: CallResult) -> CallResult:
    """`result`, unless it would give money back that was never spent. Raises NonConforming."""
    if result["cost_usd_micros"] < 0:
        raise NonConforming(
            "cost_usd_micros", f"must be 0 or more; {result['cost_usd_micros']} came"
        )
    return result
