"""Ending in order: take nothing more, and let what is under way be finished and recorded.

What is not done in time is handed over: decisions that were not accepted are made again by the
next owner, and calls that were claimed and not answered are in doubt there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streams.adapters.acts import Acts

LOOK_S = 0.05

log = logging.getLogger(__name__)


async def run_then_drain(work: Coroutine[Any, Any, None], acts: Acts, limit_s: float) -> None:
    """Work until cancelled, then drain for at most `limit_s`. Raises what `work` raises."""
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait([working])
    except asyncio.CancelledError:
        await _drained(working, acts, limit_s)
        raise
    finally:
        working.cancel()
        await asyncio.wait([working])
    working.result()


async def _drained(working: asyncio.Future[None], acts: Acts, limit_s: float) -> None:
    acts.take_no_more()
    deadline = monotonic() + limit_s
    while not working.done() and not acts.quiet:
        if monotonic() > deadline:
            calls = ", ".join(sorted(acts.running)) or "none"
            log.warning("not done within %.0f s, handed over; calls in flight: %s", limit_s, calls)
            return
        await asyncio.sleep(LOOK_S)
