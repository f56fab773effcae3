"""Asking the event loop from another thread: what it says, and whether it still answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future


class NoAnswer(Exception):
    """The event loop did not answer in time, or has ended."""


def ask(loop: asyncio.AbstractEventLoop, question: Callable[[], str], within_s: float) -> str:
    """What `question` gives when the loop itself calls it. Raises NoAnswer; not for the loop."""
    answer: Future[str] = Future()
    try:
        loop.call_soon_threadsafe(lambda: answer.set_result(question()))
        return answer.result(within_s)
    except (RuntimeError, TimeoutError) as error:
        raise NoAnswer(f"the event loop has not answered for {within_s:.0f} s") from error
