"""An event loop on the world's clock: nothing waits for real time, and nothing for the outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from selectors import SelectorKey, SelectSelector
from typing import Any


class _NothingOutside(SelectSelector):
    """No socket is ever ready."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:  # noqa: ARG002
        """Nothing, at once."""
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Timeouts of `asyncio` expire as the world's clock says."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__(_NothingOutside())
        self._now_ms = now_ms

    def time(self) -> float:
        """The virtual time, in seconds."""
        return self._now_ms() / 1000

    def run_in_executor(  # type: ignore[override]  # as asyncio.to_thread calls it
        self,
        executor: Any,  # noqa: ARG002  there are no threads
        func: Callable[..., Any],
        *args: Any,
    ) -> asyncio.Future[Any]:
        """What production does in a thread is done at once: threads know no seed."""
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  it is the awaiting task's
            done.set_exception(error)
        return done

    async def settle(self) -> None:
        """Let everything happen that can without the world doing something."""
        await asyncio.sleep(0)
        while self._ready:  # type: ignore[attr-defined]  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0)
