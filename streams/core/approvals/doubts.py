"""The last resort for a call in doubt: a person says whether it has happened.

A read, or a write that enforces its key, is tried again instead; a reconciler was asked before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core.approvals import questions
from streams.core.approvals.questions import Question, Subject
from streams.core.approvals.standing import standing_of
from streams.core.hashing import content_hash
from streams.core.runs import read_entry
from streams.core.states import Ask

if TYPE_CHECKING:
    from schemas.records import CallResult, PendingCall, RunEntry, RunState
    from streams.core.approvals.policy import Persons
    from streams.core.states import Move
    from streams.core.visit import Visit
    from streams.core.workflow import CallType

RULE = "doubts"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call of which nobody knows whether it has happened, and what its state wanted by it."""

    pending: PendingCall
    because: str
    wanted: Ask | Move


def needs_a_person(result: CallResult, call_type: CallType | None) -> bool:
    """Whether nobody else can say what became of the call."""
    return result["status"] == "in_doubt" and call_type is not None and not call_type.repeatable


def settled_by(result: CallResult, entry: RunEntry | None) -> bool:
    """Whether a late answer settles what a person is asked about."""
    question = entry["question"] if entry else None
    about = question is not None and question["kind"] == "in_doubt"
    known = about and question is not None and question["call_id"] == result["call_id"]
    return known and result["status"] != "in_doubt"


def ask(visit: Visit, run: RunState, doubt: Doubt, persons: Persons) -> None:
    """Ask whether the call has happened; its money is settled. The next attempt may follow."""
    pending = doubt.pending
    entry = read_entry(visit.draft, run["workspace"], run["run_id"])
    following = pending["attempt"] + 1
    standing = standing_of(run, entry, following)
    version = visit.workflow.versions["contract"]
    about = standing.subject(RULE, pending["call_id"], pending["parameters_hash"], version)
    subject = _subject(visit, pending, doubt.wanted)
    approval_id = standing.approval_id(about)
    question = Question(approval_id, RULE, doubt.because, persons, subject, kind="in_doubt")
    questions.ask(visit, run, question, following)


def _subject(visit: Visit, pending: PendingCall, wanted: Ask | Move) -> Subject:
    return Subject(
        kind=pending["kind"],
        name=pending["name"],
        arguments_hash=pending["parameters_hash"],
        arguments_json=_readable(visit, pending, wanted),
        why=wanted.why if isinstance(wanted, Ask) else "",
        call_id=pending["call_id"],
        cost_usd_micros=pending["reserved_usd_micros"],
    )


def _readable(visit: Visit, pending: PendingCall, wanted: Ask | Move) -> str:
    """The arguments, if the state still asks for the same call; nothing after a deploy."""
    if not isinstance(wanted, Ask) or wanted.name != pending["name"]:
        return ""
    call_type = visit.workflow.call_types[wanted.kind, wanted.name]
    arguments = call_type.encode_arguments(wanted.arguments)
    same = content_hash(arguments) == pending["parameters_hash"]
    return call_type.readable(arguments) if same else ""
