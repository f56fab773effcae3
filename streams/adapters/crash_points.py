"""Places between two effects, by name, where a test can end the process exactly there.

Each stands in the code as `if __debug__: reached(CrashPoint.NAME)`. `python -O` compiles it to
nothing, and without a hook it does nothing. A hook ends the process by raising.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

Hook = Callable[["CrashPoint"], None]


class CrashPoint(StrEnum):
    """Every point, with what has happened there and what has not."""

    FOLDED = "the state was read back; nothing that may be missing was sent again"
    OPENED = "what may be missing was sent again; the facts that the fold showed are not taken in"
    DECIDED = "inputs were decided on; their block is not sealed"
    SEALED = "a block is sealed; it was not sent"
    APPENDED = "a block was sent; nobody waits for its acknowledgement"
    SNAPSHOT_SENT = "all parts of a snapshot were sent; no block names it"
    ACKNOWLEDGED = "a block is acknowledged; it was not compared with what was expected"
    ACCEPTED = "a block has won; no act of it has started and nothing was forwarded"
    ACT_STARTED = "an act of a block has started; the next one has not"
    ACTS_STARTED = "all acts of a block have started; nothing was forwarded"
    BLOCK_LOST = "another writer was first; own blocks that are on their way have not ended"
    SPECULATION_DROPPED = "own blocks have ended and are forgotten; nothing was read back"
    BEFORE_FORWARD = "a record is to be forwarded; it was not sent"
    FORWARDED = "a record was sent; the next one was not"
    BLOCK_FORWARDED = "all records of a block were sent; none was looked for"
    FORWARD_ACKNOWLEDGED = "a forwarded record has arrived; no block says so"
    BEFORE_ACT = "the task of an act runs; nothing was performed"
    AFTER_ACT = "an act has ended; nobody was told"
    PAYLOAD_STORED = "a result is in the payload store; nobody was told that the act has ended"
    ACT_REPORTED = "the partition's owner was told how an act ended; it is not decided on"
    DOUBT_FOUND = "a claim without an answer was found; nobody was asked whether it happened"
    DOUBT_RESOLVED = "somebody was asked whether a call happened; the answer is not recorded"
    TIMER_DUE = "a timer is due; the ends of answers and decisions were not read"
    ANSWERS_DECIDED = "all was decided up to the ends that were read; no tick was sent"
    TICK_SENT = "a tick was sent; the next one was not"


_hook: Hook | None = None


def reached(point: CrashPoint) -> None:
    """Tell the hook, if there is one."""
    if _hook is not None:
        _hook(point)


@contextmanager
def hooked(hook: Hook) -> Iterator[None]:
    """Call `hook` at every point for as long as this lasts."""
    global _hook  # noqa: PLW0603  one hook for the process, for tests alone
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
