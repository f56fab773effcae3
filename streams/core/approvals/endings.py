"""How a question ends, and how its run goes on from there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from streams.core import runs
from streams.core.advance import Advance
from streams.core.approvals.questions import NO_DECISION, close, tell
from streams.core.states import Answer
from streams.core.verdicts import Refusal

if TYPE_CHECKING:
    from schemas.records import (
        Agreement,
        ApprovalDecision,
        ApprovalQuestion,
        ApprovalStatus,
        Grant,
        RunEntry,
        RunState,
    )
    from streams.core.visit import Visit


@dataclass(frozen=True, slots=True)
class Asking:
    """A run that asks, in the decision that may end its question."""

    advance: Advance
    visit: Visit
    run: RunState
    entry: RunEntry
    question: ApprovalQuestion
    by: ApprovalDecision = field(default_factory=lambda: NO_DECISION)
    on_behalf_of: str = ""

    @property
    def said(self) -> str:
        """Who decided, and why."""
        acting = f" for {self.on_behalf_of}" if self.on_behalf_of else ""
        return f"{self.by['approver']}{acting}: {self.by['reason']}"

    def go_on(self, run: RunState) -> None:
        """The state is asked anew for what waits, and the gate decides anew."""
        self.advance.onward(self.visit, run, self.entry["next_attempt"])

    def end(self, status: ApprovalStatus, told: str) -> None:
        """The question is closed, and everybody is told."""
        draft = self.visit.draft
        draft.reason = f"approval {self.question['rule']}: {told}"
        close(draft, self.entry, status, draft.reason)
        self.tell(self.question, status, told)

    def tell(self, question: ApprovalQuestion, status: ApprovalStatus, told: str) -> None:
        """Emit what became of the question."""
        draft, now_ms = self.visit.draft, self.visit.now_ms
        tell(draft, question, status, now_ms, reason=told, by=self.by, acting_for=self.on_behalf_of)


def approve(asking: Asking) -> None:
    """One person says yes; it is a grant once as many have as the rule wants."""
    visit = asking.visit
    agreed = [*asking.question["agreed"], _agreement(asking)]
    question: ApprovalQuestion = {**asking.question, "agreed": agreed}
    if len(agreed) < question["people"]:
        visit.draft.rule, visit.draft.reason = "approval.agreed", asking.said
        runs.ask(visit.draft, asking.run, visit.state, question, asking.entry["next_attempt"])
        asking.tell(question, "agreed", asking.said)
    elif question["contract"] != visit.workflow.versions["contract"]:
        _withdraw(asking, f"{visit.workflow.versions['contract']} is deployed since it was asked")
        asking.go_on(asking.run)
    else:
        visit.draft.rule = "approval.granted"
        replace(asking, question=question).end("granted", f"granted by {asking.said}")
        grants = [*asking.run["grants"], _grant(question, visit.now_ms)]
        asking.go_on({**asking.run, "grants": grants})


def deny(asking: Asking) -> None:
    """A person says no."""
    asking.visit.draft.rule = "approval.denied"
    asking.end("denied", f"denied by {asking.said}")
    _said_no(asking)


def expire(asking: Asking) -> None:
    """Nobody has answered in time: that is a no."""
    asking.visit.draft.rule = "timer.expired"
    question = asking.question
    seconds = (question["expires_at_ms"] - question["asked_at_ms"]) // 1000
    wanted = " or ".join(question["roles"])
    asking.end("expired", f"not answered by {wanted} within {seconds} s, which denies it")
    _said_no(asking)


def happened(asking: Asking) -> None:
    """A person says that a call in doubt has happened; its result nobody knows."""
    asking.visit.draft.rule = "approval.happened"
    asking.end("happened", f"it happened, says {asking.said}")
    answer = Answer(asking.question["call_id"], "done")
    asking.advance.answer(asking.visit, asking.run, answer)


def never_happened(asking: Asking) -> None:
    """A person says that it has not: tried again, if the contract leaves an attempt."""
    asking.visit.draft.rule = "approval.never_happened"
    asking.end("never_happened", f"it never happened, says {asking.said}")
    attempts = asking.visit.workflow.contract.policy(asking.visit.state).attempts
    if asking.entry["next_attempt"] <= attempts:
        asking.go_on(asking.run)
    else:
        told = f"{asking.visit.draft.reason}; the contract leaves no further attempt"
        answer = Answer(asking.question["call_id"], "expired", error=told)
        asking.advance.answer(asking.visit, asking.run, answer)


def overtake(asking: Asking) -> None:
    """The call in doubt is answered after all: nobody needs to be asked. The caller goes on."""
    _withdraw(asking, "the call was answered after all")


def _withdraw(asking: Asking, told: str) -> None:
    asking.visit.draft.rule = "approval.withdrawn"
    asking.end("withdrawn", f"withdrawn, since {told}")


def _said_no(asking: Asking) -> None:
    """The state takes it in as any call that was not made, or of which nobody knows."""
    reason, in_doubt = asking.visit.draft.reason, asking.question["kind"] == "in_doubt"
    asking.visit.draft.refusals.append(Refusal("approval", reason))
    answer = Answer("", "rejected", error=reason)
    if in_doubt:
        answer = Answer(asking.question["call_id"], "in_doubt", error=reason)
    asking.advance.answer(asking.visit, asking.run, answer)


def _agreement(asking: Asking) -> Agreement:
    return {
        "approver": asking.by["approver"],
        "on_behalf_of": asking.on_behalf_of,
        "reason": asking.by["reason"],
        "at_ms": asking.visit.now_ms,
    }


def _grant(question: ApprovalQuestion, now_ms: int) -> Grant:
    """It can be used for as long as there was to answer."""
    return {
        "approval_id": question["approval_id"],
        "rule": question["rule"],
        "arguments_hash": question["arguments_hash"],
        "contract": question["contract"],
        "approvers": [one["approver"] for one in question["agreed"]],
        "granted_at_ms": now_ms,
        "expires_at_ms": now_ms + question["expires_at_ms"] - question["asked_at_ms"],
    }
