"""One process that performs calls from several threads. Started by the concurrency tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.retail.desk import Desk, Outcome

Work = tuple[str, dict[str, Any], str]
"""Tool, arguments and idempotency key."""


def hammer(store_url: str, calls: list[Work], threads: int) -> dict[str, Outcome]:
    """What each key was answered."""
    with Desk(store_url) as desk, ThreadPoolExecutor(threads) as pool:
        outcomes = pool.map(lambda work: desk.call(*work), calls)
        return {key: outcome for (_, _, key), outcome in zip(calls, outcomes, strict=True)}
