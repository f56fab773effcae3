"""Acts under way in this process: started from accepted claims only, a bounded number at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from streams.core.claims import Finished

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

Perform = Callable[["Call"], Awaitable["CallResult"]]
OnFinished = Callable[[Finished], None]


class Acts:
    """Performs calls as tasks. One object serves all partitions of a pool process.

    `perform` never raises for what a call can do wrong: it answers. An exception out of it is a
    fault of the pool, and is passed on by `failure`.
    """

    def __init__(self, perform: Perform, limit: int) -> None:
        self._perform = perform
        self._limit = limit
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._promised = 0
        self._wakes: list[Callable[[], None]] = []
        self.failure: BaseException | None = None

    @property
    def free(self) -> int:
        """How many more calls may be claimed now."""
        return self._limit - len(self._tasks) - self._promised

    @property
    def running(self) -> frozenset[str]:
        """Ids of the calls that are being performed here."""
        return frozenset(self._tasks)

    def on_room(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever an act ends."""
        self._wakes.append(wake)

    def forget(self, wake: Callable[[], None]) -> None:
        """Undo `on_room`."""
        self._wakes.remove(wake)

    def promise(self, count: int) -> None:
        """Keep room for calls whose claims are on their way; negative gives it back."""
        self._promised += count

    def start(self, call: Call, on_finished: OnFinished) -> None:
        """Begin to perform a call whose claim was accepted; it was promised before."""
        self._promised -= 1
        task = asyncio.create_task(self._run(call, on_finished), name=call["call_id"])
        self._tasks[call["call_id"]] = task

    async def _run(self, call: Call, on_finished: OnFinished) -> None:
        try:
            on_finished(Finished(call, await self._perform(call)))
        except Exception as error:  # noqa: BLE001  kept and raised by the processor
            self.failure = error
        finally:
            del self._tasks[call["call_id"]]
            for wake in self._wakes:
                wake()


async def nothing_to_perform(call: Call) -> CallResult:
    """For workers, which decide and never act."""
    raise RuntimeError(f"a worker was asked to perform call {call['call_id']}")


def no_acts() -> Acts:
    """Acts of a process that performs none."""
    return Acts(nothing_to_perform, limit=2**31)
