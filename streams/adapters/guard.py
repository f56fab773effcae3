"""Ends a process from outside its event loop, when nothing inside can."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import threading
from collections.abc import Callable
from typing import Self

from streams.adapters.asking import NoAnswer, ask

LOOK_S = 1.0
ENDING_S = 15.0
"""How long a process that was found stalled may take to end in order."""

log = logging.getLogger(__name__)


def end_at_once(reason: str) -> None:
    """End this process with exit code 1, and show in its log where every thread stands."""
    log.critical("%s; the process ends; its threads stand here:", reason)
    faulthandler.dump_traceback()
    os._exit(1)


class Guard:
    """Watches over an event loop that must answer, and over a process that is to end.

    Use as a context manager, inside the loop. Only its own looks count, so that a process that
    was paused is not ended for the pause.
    """

    def __init__(self, silent_limit_s: float, end: Callable[[str], None] = end_at_once) -> None:
        self._loop = asyncio.get_running_loop()
        self._silent_limit_s = silent_limit_s
        self._end = end
        self._ending = False
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)

    def expect_end(self) -> None:
        """The process is to end now; whatever keeps it, it will have ended soon."""
        self._ending = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """A process that is to end may still hang in what follows: that is watched on."""
        if not self._ending:
            self._released.set()

    def _watch(self) -> None:
        silent_s = 0.0
        while silent_s < self._silent_limit_s and not self._ending:
            if self._released.wait(LOOK_S):
                return
            silent_s = 0.0 if self._answers() else silent_s + 2 * LOOK_S
        if self._ending and self._released.wait(ENDING_S):
            return
        self._end(self._reason(silent_s))

    def _answers(self) -> bool:
        try:
            ask(self._loop, str, LOOK_S)
        except NoAnswer:
            return False
        return True

    def _reason(self, silent_s: float) -> str:
        if self._ending:
            return f"it is stalled and has not ended within {ENDING_S:.0f} s"
        return f"the event loop has not answered for {silent_s:.0f} s: something blocks it"
