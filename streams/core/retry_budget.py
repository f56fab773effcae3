"""Retry budgets: an outage is not multiplied, neither by one run nor by all of them together.

A run has so many further attempts. And each model, retriever and tool has a bucket for all runs of
a partition: a first attempt puts a share of a retry in, a retry takes one out. Since the share
holds in every partition, it holds for the fleet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import RetryEntry, RunState
    from streams.core.contract import Contract
    from streams.core.draft import Draft

ONE = 100
"""A retry, in hundredths."""
WHOLE_FLEET = ""
"""In the place of the workspace: no workspace has this name, and all of a partition share it."""


class Called(NamedTuple):
    """What was called."""

    kind: str
    name: str


def earn(draft: Draft, kind: str, name: str, contract: Contract) -> None:
    """A first attempt is made. A full bucket stays as it is and is no entry."""
    key = _key(kind, name)
    entry: RetryEntry | None = draft.get(tables.RETRIES, key)
    if entry is None:
        return
    left = entry["left_hundredths"] + contract.retry_percent * ONE // 100
    full = left >= contract.retry_burst * ONE
    draft.put(tables.RETRIES, key, None if full else {"left_hundredths": left})


def refusal(draft: Draft, run: RunState, call: Called, contract: Contract) -> str | None:
    """Why the call may not be tried again; None when it may."""
    if run["retries"] >= contract.max_retries_per_run:
        return f"the run has made {run['retries']} further attempts, all that its contract allows"
    if _left(draft, call, contract) < ONE:
        return (
            f"{call.kind} {call.name} was tried again for more than "
            f"{contract.retry_percent} of 100 calls lately"
        )
    return None


def take(draft: Draft, call: Called, contract: Contract) -> None:
    """A further attempt will be made."""
    left = _left(draft, call, contract) - ONE
    draft.put(tables.RETRIES, _key(*call), {"left_hundredths": left})


def _left(draft: Draft, call: Called, contract: Contract) -> int:
    entry: RetryEntry | None = draft.get(tables.RETRIES, _key(*call))
    return contract.retry_burst * ONE if entry is None else entry["left_hundredths"]


def _key(kind: str, name: str) -> str:
    return tables.key(WHOLE_FLEET, kind, name)
