"""People who are asked, and what they answer: late, twice, in the wrong role, of something else.

Who may decide what is written down here a second time, beside production's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, cast

from simulation.broker import Record, Topics
from streams.core.approvals.decisions import DECIDED
from streams.core.approvals.questions import QUESTIONS

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import Approval, ApprovalDecision, ApprovalQuestion

ROLES: Mapping[str, frozenset[str]] = {
    "lea": frozenset({"lead"}),
    "leo": frozenset({"lead", "boss"}),
    "max": frozenset({"boss"}),
    "ann": frozenset({"lead"}),
    "sam": frozenset({"clerk"}),
}
"""Ann is the requester of some runs."""
STANDS_IN = {"dan": "lea"}
_YES_OR_NO = {"approve": 3, "deny": 1}
VERDICTS = {
    "call": _YES_OR_NO,
    "budget": _YES_OR_NO,
    "in_doubt": {"happened": 1, "never_happened": 1},
}
ANSWERS, LATEST = (0, 1, 2, 3, 4), 6
"""How many answers a question may get, and from how many questions somebody chooses one."""
AGAIN, TWICE = 0.2, 0.2
"""How often a decision is sent once more later, and how often it lands twice at once."""

Twist = Callable[["ApprovalQuestion"], dict[str, Any]]
TWISTS: Mapping[Twist, int] = {
    lambda _: {}: 80,
    lambda asked: {"approver": asked["user_id"]}: 5,
    lambda _: {"arguments_hash": "f" * 32}: 5,
    lambda _: {"contract": "errand@0"}: 3,
    lambda _: {"roles": ["clerk"]}: 3,
    lambda asked: {"verdict": "approve" if asked["kind"] == "in_doubt" else "happened"}: 3,
    lambda _: {"approval_id": "e" * 32}: 3,
}
"""What is wrong with a decision, and how often; usually nothing."""


def who_decides(question: ApprovalQuestion, decision: ApprovalDecision) -> str:
    """Whose decision it is, of those who are asked; nobody's is ""."""
    who = STANDS_IN.get(decision["approver"], decision["approver"])
    roles = ROLES.get(who, frozenset()) & set(question["roles"])
    asserted = decision["roles"]
    return who if roles and (not asserted or roles & set(asserted)) else ""


def _asked_for(question: ApprovalQuestion) -> list[str]:
    return [who for who, roles in ROLES.items() if roles & set(question["roles"])]


def counts(question: ApprovalQuestion, decision: ApprovalDecision) -> bool:
    """Whether an open question is answered by the decision."""
    who = who_decides(question, decision)
    return (
        who != ""
        and question["user_id"] not in {who, decision["approver"]}
        and decision["verdict"] in VERDICTS[question["kind"]]
        and decision["received_at_ms"] < question["expires_at_ms"]
        and decision["arguments_hash"] == question["arguments_hash"]
        and decision["contract"] == question["contract"]
    )


@dataclass
class People:
    """They read what is asked and answer some of it. `happened` tells them of a call in doubt."""

    topics: Topics
    codec: Codec
    random: Random
    happened: Callable[[str], bool]
    mail: list[ApprovalDecision] = field(default_factory=list)
    _read: int = 0
    _asked: dict[str, ApprovalQuestion] = field(default_factory=dict)
    _wanted: dict[str, int] = field(default_factory=dict)
    """How many more answers each question gets."""
    _answers: int = 0

    def read(self) -> None:
        """Take note of what was asked since the last time."""
        news = self.topics[QUESTIONS]
        for record in news[self._read :]:
            said = cast("Approval", self.codec.decode("approval", record.value))
            if said["question"] is not None:
                self._asked[said["approval_id"]] = said["question"]
                self._wanted.setdefault(said["approval_id"], self.random.choice(ANSWERS))
        self._read = len(news)

    def answer(self, now_ms: int) -> None:
        """Somebody answers a question, whether or not it is still open; none too often."""
        self.read()
        left = [asked for asked in self._asked.values() if self._wanted[asked["approval_id"]] > 0]
        if left:
            asked = self.random.choice(left[-LATEST:])
            self._wanted[asked["approval_id"]] -= 1
            self.mail.append(self._decision(asked, now_ms))

    def deliver(self, now_ms: int, *, for_the_last_time: bool = False) -> None:
        """The gateway takes in a decision, not always the oldest first; perhaps once more later."""
        decision = self.mail.pop(self.random.randrange(len(self.mail)))
        if not for_the_last_time and self.random.random() < AGAIN:
            self.mail.append(decision)
        value = self.codec.encode("approval_decision", {**decision, "received_at_ms": now_ms})
        copies = 2 if self.random.random() < TWICE else 1
        self.topics[DECIDED].extend([Record(decision["workspace"].encode(), value)] * copies)

    def _decision(self, asked: ApprovalQuestion, now_ms: int) -> ApprovalDecision:
        self._answers += 1
        (twist,) = self.random.choices(list(TWISTS), list(TWISTS.values()))
        decision = {
            "decision_id": f"d-{self._answers}",
            "approval_id": asked["approval_id"],
            "workspace": asked["workspace"],
            "run_id": asked["run_id"],
            "arguments_hash": asked["arguments_hash"],
            "contract": asked["contract"],
            "verdict": self._verdict(asked),
            "approver": self.random.choice([*ROLES, *STANDS_IN, *_asked_for(asked) * 3]),
            "roles": [],
            "reason": "so it is",
            "decided_at_ms": now_ms,
            "received_at_ms": 0,
        }
        return cast("ApprovalDecision", {**decision, **twist(asked)})

    def _verdict(self, asked: ApprovalQuestion) -> str:
        if asked["kind"] == "in_doubt":
            return "happened" if self.happened(asked["call_id"]) else "never_happened"
        return self.random.choices(list(_YES_OR_NO), list(_YES_OR_NO.values()))[0]
