"""A person's decision or a deadline arrives: the run that asks goes on, or nothing changes.

Nothing that was done is done again: the run goes on from its entry, where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core import runs
from streams.core.advance import Advance
from streams.core.approvals import endings, questions
from streams.core.approvals.checks import Given, Wrong, asks, refusal, why_not_open
from streams.core.approvals.endings import Asking
from streams.core.approvals.questions import question_of
from streams.core.arrivals import visiting
from streams.core.draft import Draft
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import (
        ApprovalDecision,
        ApprovalQuestion,
        ApprovalVerdict,
        RunEntry,
        RunState,
    )

DECIDED = "approvals.decided"

VERDICTS: Mapping[ApprovalVerdict, Callable[[Asking], None]] = {
    "approve": endings.approve,
    "deny": endings.deny,
    "happened": endings.happened,
    "never_happened": endings.never_happened,
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """Takes in what people decide, and that time is up."""

    codec: Codec
    workflows: Mapping[str, Workflow]
    advance: Advance

    def take(self, draft: Draft, now_ms: int) -> None:
        """A decision counts and its run goes on, or it is refused, recorded and of no effect."""
        record = self.codec.decode("approval_decision", draft.source.value)
        by = cast("ApprovalDecision", record)
        draft.run_id, draft.workspace = by["run_id"], by["workspace"]
        entry = runs.read_entry(draft, by["workspace"], by["run_id"])
        if entry is None or not asks(entry, by):
            _refuse(draft, by, why_not_open(by, entry), None, now_ms)
            return
        asking = self._asking(draft, entry, now_ms)
        given = Given(by, asking.question, asking.visit.workflow.approvers)
        wrong = refusal(given)
        if wrong:
            _refuse(draft, by, wrong, asking.question, now_ms)
            return
        VERDICTS[by["verdict"]](replace(asking, by=by, on_behalf_of=given.authority or ""))

    def pass_time(self, draft: Draft, entry: RunEntry, now_ms: int) -> None:
        """A question's timer is due: others are asked as well, or it has expired."""
        if question_of(entry)["escalates_at_ms"] and now_ms < question_of(entry)["expires_at_ms"]:
            draft.rule = "timer.escalated"
            questions.escalate(draft, entry, now_ms)
        else:
            endings.expire(self._asking(draft, entry, now_ms))

    def _asking(self, draft: Draft, entry: RunEntry, now_ms: int) -> Asking:
        state = cast("RunState", entry["run"])
        visit, run = visiting(self.workflows, draft, state, entry["state"], now_ms)
        return Asking(self.advance, visit, run, entry, question_of(entry))


def _refuse(
    draft: Draft,
    by: ApprovalDecision,
    wrong: Wrong,
    question: ApprovalQuestion | None,
    now_ms: int,
) -> None:
    rule, draft.reason = wrong
    draft.rule = f"approval.{rule}"
    questions.tell_of_refused(draft, by, question, now_ms)
