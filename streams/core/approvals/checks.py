"""What a person's decision is refused for, in this order: a table of rules by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core.approvals.people import Approvers

if TYPE_CHECKING:
    from schemas.records import (
        ApprovalDecision,
        ApprovalKind,
        ApprovalQuestion,
        ApprovalVerdict,
        RunEntry,
    )

ANSWERS: Mapping[ApprovalKind, tuple[ApprovalVerdict, ...]] = {
    "call": ("approve", "deny"),
    "budget": ("approve", "deny"),
    "in_doubt": ("happened", "never_happened"),
}
"""What each kind of question can be answered with."""
ENDED: Mapping[str, str] = {"expired": "late", "withdrawn": "withdrawn"}
"""By how a question ended, the rule that refuses decisions on it; `twice` for all others."""


Wrong = tuple[str, str]
"""The rule that refuses, and the reason in words."""


@dataclass(frozen=True, slots=True)
class Given:
    """A decision on an open question, and those who may make it."""

    decision: ApprovalDecision
    question: ApprovalQuestion
    approvers: Approvers

    @property
    def authority(self) -> str | None:
        """In whose place it was made: "" for the approver's own, None for nobody's."""
        asserted = self.decision["roles"]
        roles = [role for role in self.question["roles"] if not asserted or role in asserted]
        at_ms = self.decision["received_at_ms"]
        return self.approvers.authority(self.decision["approver"], roles, at_ms)


def asks(entry: RunEntry, decision: ApprovalDecision) -> bool:
    """Whether the run asks what the decision answers."""
    question = entry["question"]
    return question is not None and question["approval_id"] == decision["approval_id"]


def why_not_open(decision: ApprovalDecision, entry: RunEntry | None) -> Wrong:
    """Why the decision is on no open question."""
    approval_id = decision["approval_id"]
    answered = entry["answered"] if entry else []
    ended = next((one for one in answered if one["approval_id"] == approval_id), None)
    if ended is None:
        return "unknown", f"run {decision['run_id']} has asked no question {approval_id}"
    return ENDED.get(ended["status"], "twice"), f"it is {ended['status']}: {ended['told']}"


def refusal(given: Given) -> Wrong | None:
    """The first rule that the decision breaks, with the reason; None when it counts."""
    found = ((name, check(given)) for name, check in CHECKS.items())
    return next(((name, reason) for name, reason in found if reason), None)


def _unfit(given: Given) -> str:
    known, verdict = ANSWERS[given.question["kind"]], given.decision["verdict"]
    return (
        "" if verdict in known else f"{verdict} is no answer to it; it takes {' or '.join(known)}"
    )


def _late(given: Given) -> str:
    late_ms = given.decision["received_at_ms"] - given.question["expires_at_ms"]
    return f"it came {late_ms} ms after the question had expired" if late_ms >= 0 else ""


def _arguments_changed(given: Given) -> str:
    return _differs(given, "arguments_hash", "was made for other arguments")


def _contract_changed(given: Given) -> str:
    return _differs(given, "contract", "was made under another contract")


def _differs(given: Given, field: str, what: str) -> str:
    seen, asked = given.decision[field], given.question[field]  # type: ignore[literal-required]
    return "" if seen == asked else f"it {what}: {seen}, and asked is {asked}; look at it again"


def _requester(given: Given) -> str:
    requester = given.question["user_id"]
    if requester not in (given.decision["approver"], given.authority):
        return ""
    return f"{requester} is the requester, who cannot answer, nor have it answered by others"


def _role(given: Given) -> str:
    if given.authority is not None:
        return ""
    wanted = " or ".join(given.question["roles"])
    return f"{given.decision['approver']} is not {wanted}, nor in the place of one who is"


def _agreed_before(given: Given) -> str:
    """Neither a person nor an authority counts twice, whoever else uses it; but may still deny."""
    if given.decision["verdict"] == "deny":
        return ""
    agreed = given.question["agreed"]
    counted = {name for one in agreed for name in (one["approver"], one["on_behalf_of"]) if name}
    mine = {given.decision["approver"], given.authority} & counted
    return f"{min(map(str, mine))} has agreed before, and another is needed" if mine else ""


CHECKS: Mapping[str, Callable[[Given], str]] = {
    "unfit": _unfit,
    "late": _late,
    "arguments_changed": _arguments_changed,
    "contract_changed": _contract_changed,
    "requester": _requester,
    "role": _role,
    "twice": _agreed_before,
}
"""Rules on a decision on an open question: a reason, or nothing when it holds."""
