"""Questions to people on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from sinks.warehouse.reading import Answer
from tollway.approvals.reading import Known
from tollway.cli.tabular import table_text, usd

if TYPE_CHECKING:
    from schemas.records import Approval, ApprovalQuestion

COLUMNS = ("id", "asked", "expires", "status", "call", "rule", "who may answer", "because")
ID_CHARACTERS = 12
ASKS = {"call": "May this be done?", "budget": "May this be spent?", "in_doubt": "Did this happen?"}


def listed(known: Sequence[Known]) -> str:
    """A table."""
    return table_text(Answer(COLUMNS, [_row(held) for held in known]))


def shown(held: Known) -> str:
    """All that a person needs to decide, and what became of it."""
    question = held.question
    lines = [f"{ASKS[question['kind']]} Question {question['approval_id']}: {held.status}"]
    lines += [f"  {name:<10}{value}" for name, value in _facts(question) if value]
    lines += ["What became of it", *(f"  {_time(r['at_ms'])}  {became(r)}" for r in held.history)]
    return "\n".join(lines)


def became(record: Approval) -> str:
    """One thing that happened to a question."""
    return f"{record['status']}: {record['reason']}"


def as_dict(held: Known) -> dict[str, Any]:
    """Everything, for JSON."""
    news = [{k: v for k, v in record.items() if k != "question"} for record in held.history]
    return {**held.question, "status": held.status, "open": held.is_open, "history": news}


def _row(held: Known) -> tuple[object, ...]:
    question = held.question
    return (
        _short(question["approval_id"]),
        _time(question["asked_at_ms"]),
        _time(question["expires_at_ms"]),
        held.status,
        f"{question['call_kind']} {question['name']}",
        question["rule"],
        _who(question),
        question["because"],
    )


def _short(approval_id: str) -> str:
    """Shortened, unless it is not the first about its call."""
    return approval_id if "." in approval_id else approval_id[:ID_CHARACTERS]


def _facts(question: ApprovalQuestion) -> Iterator[tuple[str, str]]:
    yield "call", f"{question['call_kind']} {question['name']} ({question['call_id']})"
    yield "arguments", _indented(question["arguments_json"])
    yield "", f"hash {question['arguments_hash']}"
    yield "because", f"{question['because']} (rule {question['rule']} of {question['contract']})"
    yield "about", question["about"]
    yield "why", question["why"]
    yield "request", question["request"]
    yield "for", f"{question['user_id']} in workspace {question['workspace']}"
    yield "cost", f"at most {usd(question['cost_usd_micros'])} for the call itself"
    yield "spent", f"{usd(question['spent_usd_micros'])} so far by run {question['run_id']}"
    for name, hash_hex in question["evidence"].items():
        yield "evidence", f"{name} ({hash_hex})"
    yield "who", _who(question)
    for one in question["agreed"]:
        yield "agreed", f"{one['approver']}: {one['reason']}"
    if question["escalates_at_ms"]:
        yield "escalates", f"to {question['escalate_to']} {_time(question['escalates_at_ms'])}"
    yield "expires", f"{_time(question['expires_at_ms'])}; without an answer it is denied"


def _who(question: ApprovalQuestion) -> str:
    roles = " or ".join(question["roles"])
    return roles if question["people"] == 1 else f"{question['people']} of {roles}"


def _indented(arguments_json: str) -> str:
    if not arguments_json:
        return "not known under the version that is deployed now"
    text = orjson.dumps(orjson.loads(arguments_json), option=orjson.OPT_INDENT_2).decode()
    return text.replace("\n", "\n            ")


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
