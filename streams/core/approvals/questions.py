"""A question to a person in a draft: asked, escalated, and closed. The run waits in its entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from streams.core import accesses, runs
from streams.core.approvals.policy import Persons
from streams.core.bounds import clipped

if TYPE_CHECKING:
    from schemas.records import (
        AnsweredQuestion,
        Approval,
        ApprovalDecision,
        ApprovalKind,
        ApprovalQuestion,
        ApprovalStatus,
        RunEntry,
        RunState,
    )
    from streams.core.draft import Draft
    from streams.core.visit import Visit

QUESTIONS = "approvals.questions"
SECOND_MS = 1_000
NO_DECISION: ApprovalDecision = {
    "decision_id": "",
    "approval_id": "",
    "workspace": "",
    "run_id": "",
    "arguments_hash": "",
    "contract": "",
    "verdict": "deny",
    "approver": "",
    "roles": [],
    "reason": "",
    "decided_at_ms": 0,
    "received_at_ms": 0,
}
"""For what becomes of a question without anybody's decision."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: a call, with exactly these arguments."""

    kind: str
    name: str
    arguments_hash: str
    arguments_json: str
    why: str
    call_id: str = ""
    cost_usd_micros: int = 0
    """The most that it can cost; of a call in doubt, what it was settled at."""


@dataclass(frozen=True, slots=True)
class Question:
    """A verdict of the gate: a person must answer first. Nothing is reserved meanwhile."""

    approval_id: str
    rule: str
    because: str
    persons: Persons
    subject: Subject
    kind: ApprovalKind = "call"
    people: int = 1
    about: str = ""


def ask(visit: Visit, run: RunState, question: Question, attempt: int) -> None:
    """Put the question; the run waits. `attempt` is made once it is granted."""
    record = _record(visit, run, question)
    draft = visit.draft
    draft.rule = draft.rule or f"{visit.state}.asked"
    draft.reason = draft.reason or f"{question.rule}: {question.because}"
    runs.ask(draft, run, visit.state, record, attempt)
    tell(draft, record, "asked", visit.now_ms, reason=question.because)


def escalate(draft: Draft, entry: RunEntry, now_ms: int) -> None:
    """Nobody has answered for a while: others are asked as well."""
    run, question = cast("RunState", entry["run"]), question_of(entry)
    runs.describe(draft, run, entry["state"])
    role = question["escalate_to"]
    asked: ApprovalQuestion = {
        **question,
        "roles": [*question["roles"], role],
        "escalates_at_ms": 0,
        "escalate_to": "",
    }
    draft.reason = f"approval {question['rule']}: nobody has answered, so {role} is asked as well"
    runs.ask(draft, run, entry["state"], asked, entry["next_attempt"])
    tell(draft, asked, "escalated", now_ms, reason=draft.reason)


def close(draft: Draft, entry: RunEntry, status: ApprovalStatus, told: str) -> None:
    """The question is no longer open; the entry keeps how it ended. The caller goes on."""
    question, run = question_of(entry), cast("RunState", entry["run"])
    ended: AnsweredQuestion = {
        "approval_id": question["approval_id"],
        "status": status,
        "told": clipped(told),
    }
    runs.close_question(draft, run, entry, ended)


def give_up(draft: Draft, entry: RunEntry, why: str, now_ms: int) -> None:
    """The run ends before anybody has answered."""
    question = question_of(entry)
    close(draft, entry, "withdrawn", f"withdrawn: {why}")
    tell(draft, question, "withdrawn", now_ms, reason=why)


def tell(  # noqa: PLR0913  a question, what became of it, by whom, when and why
    draft: Draft,
    question: ApprovalQuestion,
    status: ApprovalStatus,
    now_ms: int,
    *,
    reason: str,
    by: ApprovalDecision = NO_DECISION,
    acting_for: str = "",
) -> None:
    """Emit what became of a question, with its audit record."""
    news = _news(draft, by, question, now_ms)
    _emit(draft, {**news, "status": status, "on_behalf_of": acting_for, "reason": clipped(reason)})


def tell_of_refused(
    draft: Draft, by: ApprovalDecision, question: ApprovalQuestion | None, now_ms: int
) -> None:
    """Emit that a decision does not count, with its audit record; the draft says why."""
    _emit(draft, _news(draft, by, question, now_ms))


def question_of(entry: RunEntry) -> ApprovalQuestion:
    """The open question of a run that asks."""
    return cast("ApprovalQuestion", entry["question"])


def _news(
    draft: Draft, by: ApprovalDecision, question: ApprovalQuestion | None, now_ms: int
) -> Approval:
    """A refused decision, unless the caller says something else."""
    about = question or by
    return {
        "approval_id": about["approval_id"],
        "workspace": about["workspace"],
        "run_id": about["run_id"],
        "status": "refused",
        "at_ms": now_ms,
        "decision_id": by["decision_id"],
        "approver": by["approver"],
        "on_behalf_of": "",
        "rule": draft.rule,
        "reason": clipped(draft.reason),
        "question": question,
    }


def _emit(draft: Draft, record: Approval) -> None:
    """On its way to people, and on the audit record: who, what and why."""
    draft.emit(QUESTIONS, record["workspace"], "approval", record)
    draft.accesses.append(accesses.of_approval(record))


def _record(visit: Visit, run: RunState, question: Question) -> ApprovalQuestion:
    subject, persons, now_ms = question.subject, question.persons, visit.now_ms
    after_s = persons.escalate_after_s
    return {
        "approval_id": question.approval_id,
        "kind": question.kind,
        "rule": question.rule,
        "about": question.about,
        "run_id": run["run_id"],
        "workspace": run["workspace"],
        "user_id": run["user_id"],
        "workflow": run["workflow"],
        "state": visit.state,
        "call_id": subject.call_id,
        "call_kind": subject.kind,
        "name": subject.name,
        "arguments_json": subject.arguments_json,
        "arguments_hash": subject.arguments_hash,
        "contract": visit.workflow.versions["contract"],
        "because": question.because,
        "why": subject.why,
        "request": run["request"],
        "evidence": {piece["id"]: piece["content_hash"] for piece in run["evidence"]},
        "cost_usd_micros": subject.cost_usd_micros,
        "spent_usd_micros": run["spent_usd_micros"],
        "roles": [persons.role],
        "people": question.people,
        "agreed": [],
        "asked_at_ms": now_ms,
        "escalates_at_ms": 0 if after_s is None else now_ms + after_s * SECOND_MS,
        "escalate_to": persons.escalate_to or "",
        "expires_at_ms": now_ms + persons.expires_s * SECOND_MS,
    }
