"""The gate's question: which rules of the contract ask for a person before this call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import orjson

from streams.core.approvals.policy import ApprovalRule, why_asked
from streams.core.approvals.questions import Question, Subject

if TYPE_CHECKING:
    from streams.core.approvals.policy import Persons
    from streams.core.approvals.standing import Standing
    from streams.core.contract import Contract
    from streams.core.flow.judging import Unexplained


def questions(
    contract: Contract, version: str, subject: Subject, standing: Standing
) -> Iterator[tuple[str, Question]]:
    """What each rule that is about the call asks, with what the question is about."""
    rules = [rule for rule in contract.approvals if subject.name in rule.tools]
    arguments = orjson.loads(subject.arguments_json) if rules else {}
    for rule in rules:
        because = why_asked(rule, arguments)
        if because is not None:
            about = standing.subject(
                subject.kind, subject.name, subject.arguments_hash, rule.name, version
            )
            yield about, _question(rule, because, subject, standing.approval_id(about))


def objection(
    found: Unexplained, persons: Persons, subject: Subject, standing: Standing, version: str
) -> tuple[str, Question]:
    """Whether a call may happen although a rule of information flow objects."""
    rule = f"flow_{found.rule}"
    about = standing.subject(subject.kind, subject.name, subject.arguments_hash, rule, version)
    question = Question(standing.approval_id(about), rule, found.reason, persons, subject)
    return about, question


def _question(rule: ApprovalRule, because: str, subject: Subject, approval_id: str) -> Question:
    return Question(
        approval_id=approval_id,
        rule=rule.name,
        because=because,
        persons=rule,
        subject=subject,
        people=rule.people,
        about=rule.about or "",
    )
