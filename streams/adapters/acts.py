"""Acts under way in this process: started from accepted claims only, a bounded number at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from streams.adapters.crash_points import CrashPoint, reached
from streams.core.claims import Finished

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

Perform = Callable[["Call"], Awaitable["CallResult"]]
Resolve = Callable[["Call", "CallResult"], Awaitable["CallResult"]]
"""A call in doubt with the answer that says so, to the answer once somebody was asked."""


class Owner(Protocol):
    """Who owns a partition now and records how its calls end."""

    def finished(self, fact: Finished) -> None:
        """Take the end of an act."""

    def wake(self) -> None:
        """There is room for another call."""

    @property
    def quiet(self) -> bool:
        """Whether nothing that it has begun is still to be recorded or forwarded."""


class Acts:
    """Performs calls as tasks. One object serves all partitions of a pool process.

    An act outlives the owner that started it: its end goes to whoever owns the partition then.
    `perform` never raises for what a call can do wrong: it answers. An exception out of it is a
    fault of the pool, and is passed on by `failure`. `abandoned` says how many were given up and
    still go on somewhere: they take room too.
    """

    def __init__(
        self,
        perform: Perform,
        limit: int,
        resolve: Resolve | None = None,
        abandoned: Callable[[], int] = int,
    ) -> None:
        self._perform = perform
        self._resolve = resolve
        self._limit = limit
        self._abandoned = abandoned
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._promised = 0
        self._owners: dict[int, Owner] = {}
        self.failure: BaseException | None = None
        self.ending = False

    @property
    def free(self) -> int:
        """How many more calls may be claimed now."""
        return self._limit - self.under_way - self._promised

    @property
    def under_way(self) -> int:
        """Calls that are being performed here, those that were given up included."""
        return len(self._tasks) + self._abandoned()

    @property
    def running(self) -> frozenset[str]:
        """Ids of the calls that are being performed here."""
        return frozenset(self._tasks)

    @property
    def quiet(self) -> bool:
        """Whether nothing is under way: no act, no answer to record, no record to forward."""
        return not self._tasks and all(owner.quiet for owner in self._owners.values())

    def take_no_more(self) -> None:
        """The process is to end: nothing more is claimed, and no record is decided."""
        self._limit = 0
        self.ending = True

    def join(self, partition: int, owner: Owner) -> None:
        """`owner` has the partition from now on."""
        self._owners[partition] = owner

    def leave(self, partition: int, owner: Owner) -> None:
        """`owner` has lost the partition, perhaps to a new owner that has joined already."""
        if self._owners.get(partition) is owner:
            del self._owners[partition]

    def wake(self) -> None:
        """There may be room for another call."""
        for owner in self._owners.values():
            owner.wake()

    def promise(self, count: int) -> None:
        """Keep room for calls whose claims are on their way; negative gives it back."""
        self._promised += count

    def start(self, partition: int, call: Call) -> None:
        """Begin to perform a call whose claim was accepted; it was promised before."""
        self._promised -= 1
        task = asyncio.create_task(self._run(partition, call), name=call["call_id"])
        self._tasks[call["call_id"]] = task

    def doubt(self, partition: int, fact: Finished) -> None:
        """A claim was found without an answer: ask whether it happened, and never act on it."""
        if self._resolve is None:
            self._finish(partition, fact)
            return
        task = asyncio.create_task(self._ask(self._resolve, partition, fact))
        self._tasks[fact.call["call_id"]] = task

    async def _ask(self, resolve: Resolve, partition: int, fact: Finished) -> None:
        try:
            if __debug__:
                reached(CrashPoint.DOUBT_FOUND)
            result = await resolve(fact.call, fact.result)
            if __debug__:
                reached(CrashPoint.DOUBT_RESOLVED)
            self._finish(partition, Finished(fact.call, result))
        except Exception as error:  # noqa: BLE001  kept and raised by the processor
            self.failure = error
        finally:
            self._ended(fact.call)

    async def _run(self, partition: int, call: Call) -> None:
        try:
            if __debug__:
                reached(CrashPoint.BEFORE_ACT)
            result = await self._perform(call)
            if __debug__:
                reached(CrashPoint.AFTER_ACT)
            self._finish(partition, Finished(call, result))
            if __debug__:
                reached(CrashPoint.ACT_REPORTED)
        except Exception as error:  # noqa: BLE001  kept and raised by the processor
            self.failure = error
        finally:
            self._ended(call)

    def _ended(self, call: Call) -> None:
        del self._tasks[call["call_id"]]
        self.wake()

    def _finish(self, partition: int, fact: Finished) -> None:
        """Without an owner the end is lost: the next one finds the claim in doubt."""
        owner = self._owners.get(partition)
        if owner is not None:
            owner.finished(fact)


async def nothing_to_perform(call: Call) -> CallResult:
    """For workers, which decide and never act."""
    raise RuntimeError(f"a worker was asked to perform call {call['call_id']}")


def no_acts() -> Acts:
    """Acts of a process that performs none."""
    return Acts(nothing_to_perform, limit=2**31)
