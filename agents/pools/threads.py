"""Threads for synchronous acts: each act has one at once, and none keeps the process from ending.

asyncio's own are a few more than there are processors, so that calls which take minutes would keep
all others waiting; and a process that is to end waits for them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

R = TypeVar("R")
Work = tuple[Future[Any], Callable[[], Any]]


class Threads:
    """As many as acts are under way; idle ones are used again.

    An act that is given up goes on in its thread. It counts as `abandoned` until it ends, and
    `on_room` is called then.
    """

    def __init__(self) -> None:
        self.abandoned = 0
        self.on_room: Callable[[], None] = lambda: None
        self._idle: deque[SimpleQueue[Work]] = deque()

    async def run(self, act: Callable[..., R], *arguments: Any) -> R:
        """What `act` returns or raises. Once begun it cannot be stopped."""
        future: Future[R] = Future()
        self._begin((future, partial(act, *arguments)))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            self._abandon(future)
            raise

    def _begin(self, work: Work) -> None:
        try:
            todo = self._idle.pop()
        except IndexError:
            todo = SimpleQueue()
            Thread(target=self._serve, args=(todo,), name="act", daemon=True).start()
        todo.put(work)

    def _serve(self, todo: SimpleQueue[Work]) -> None:
        while True:
            future, act = todo.get()
            if future.set_running_or_notify_cancel():
                _settle(future, act)
            del future, act
            self._idle.append(todo)

    def _abandon(self, future: Future[Any]) -> None:
        if future.done():
            return
        loop = asyncio.get_running_loop()
        self.abandoned += 1
        future.add_done_callback(partial(self._tell, loop))

    def _tell(self, loop: asyncio.AbstractEventLoop, _: Future[Any]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody needs the room
            loop.call_soon_threadsafe(self._ended)

    def _ended(self) -> None:
        self.abandoned -= 1
        self.on_room()


def _settle(future: Future[Any], act: Callable[[], Any]) -> None:
    try:
        result = act()
    except BaseException as error:  # noqa: BLE001  raised where it is awaited
        future.set_exception(error)
    else:
        future.set_result(result)
