"""What a call's ending leads to: try the same call again, or give the answer to the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from streams.core.hashing import digest

if TYPE_CHECKING:
    from schemas.records import CallStatus

Disposition = Literal["answer", "retry", "retry_if_repeatable"]

DISPOSITIONS: dict[CallStatus, Disposition] = {
    "done": "answer",
    "refused": "answer",
    "rejected": "answer",
    "failed": "retry_if_repeatable",
    "in_doubt": "retry_if_repeatable",
    "expired": "retry",
}
"""expired never started; failed and in_doubt may have acted, so only what may be repeated is."""

UNKNOWN_COST: frozenset[CallStatus] = frozenset({"in_doubt"})
"""Endings whose cost nobody knows: settled at the reservation."""


def may_retry(status: CallStatus, *, repeatable: bool, attempt: int, attempts: int) -> bool:
    """Whether a new attempt, newly reserved, follows."""
    if attempt >= attempts:
        return False
    disposition = DISPOSITIONS[status]
    return disposition == "retry" or (disposition == "retry_if_repeatable" and repeatable)


LONGEST_DELAY_MS = 600_000


def delay_ms(call_id: str, attempt: int, first_delay_ms: int) -> int:
    """How long to wait after attempt number `attempt` of a call, in milliseconds.

    Doubles with every attempt; the call's id takes off up to a half, so that calls which failed
    together do not come back together and a replay waits as long as the run did.
    """
    longest = min(first_delay_ms << (attempt - 1), LONGEST_DELAY_MS)
    share = int.from_bytes(digest(call_id.encode())[:4], "big") / 2**32
    return longest - int(longest * share / 2)
