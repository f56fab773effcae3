"""What people have said so far about the calls of one run.

A subject is what one question is about: this call of this run with exactly these arguments, as
one rule of one version of the contract asks about it. Asked about again, a question has another
id that begins with the same subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.hashing import content_hash

if TYPE_CHECKING:
    from schemas.records import AnsweredQuestion, Grant, RunEntry, RunState

AGAIN = "."
"""Between a subject and the number of the question about it, from the second on."""
SAID_NO = frozenset({"denied", "expired"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Grants that the run holds, and how its questions ended. `key` is that of its call."""

    key: str = ""
    attempt: int = 1
    grants: Sequence[Grant] = ()
    answered: Mapping[str, AnsweredQuestion] = field(default_factory=dict)

    def subject(self, *parts: str) -> str:
        """What a question about the call would be about."""
        return content_hash("\0".join((self.key, *parts)).encode())

    @property
    def call_id(self) -> str:
        """What the call would be known by."""
        return f"{self.key}.{self.attempt}"

    def granted(self, subject: str, now_ms: int) -> bool:
        """Whether a grant of it can still be used."""
        return any(
            subject_of(grant["approval_id"]) == subject and now_ms < grant["expires_at_ms"]
            for grant in self.grants
        )

    def said_no(self, subject: str) -> str | None:
        """How it was denied in this run, in words; None when it was not."""
        told = (
            answered["told"]
            for approval_id, answered in self.answered.items()
            if subject_of(approval_id) == subject and answered["status"] in SAID_NO
        )
        return next(told, None)

    def approval_id(self, subject: str) -> str:
        """The id of the next question about it."""
        before = sum(subject_of(approval_id) == subject for approval_id in self.answered)
        return f"{subject}{AGAIN}{before + 1}" if before else subject


NOTHING_ASKED = Standing()


def subject_of(approval_id: str) -> str:
    """What the question is about."""
    return approval_id.partition(AGAIN)[0]


def standing_of(run: RunState, entry: RunEntry | None, attempt: int) -> Standing:
    """How things stand for the next call of `run`, or for a further attempt of its last one."""
    answered = {one["approval_id"]: one for one in (entry["answered"] if entry else ())}
    number = run["calls"] + (1 if attempt == 1 else 0)
    return Standing(f"{run['run_id']}.{number}", attempt, run["grants"], answered)
