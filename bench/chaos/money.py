"""How near the caps came: by the ledger, and by what the pools answered that calls had cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from streams.core import tables

if TYPE_CHECKING:
    from bench.chaos.evidence import Evidence
    from streams.core.contract import Contract

DAY_MS = 86_400_000
Caps = Mapping[str, int]
"""The smallest cap of each scope, in micro-USD."""


def caps_of(contract: Contract) -> Caps:
    """The caps of a contract on runs, users and workspaces."""
    smallest: dict[str, int] = {}
    for cap in contract.all_caps:
        known = smallest.get(cap.scope, cap.usd_micros)
        smallest[cap.scope] = min(known, cap.usd_micros)
    return smallest


def spent_over_cap(evidence: Evidence, caps: Caps) -> float:
    """The fullest account of the ledger: spent, divided by its cap."""
    scopes = (
        (account.split(tables.SEPARATOR)[1], usd_micros)
        for account, usd_micros in evidence.spent_usd_micros.items()
    )
    return _fullest(scopes, caps)


def billed_over_cap(evidence: Evidence, users: Mapping[str, str], caps: Caps) -> float:
    """The same from every answer that any pool gave, whatever the ledger made of it.

    `users` are the customers by run, as they were published.
    """
    billed: Counter[tuple[str, str, int]] = Counter()
    for result in evidence.results.values():
        owners = {
            "run": (result["run_id"], 0),
            "user": (users.get(result["run_id"], ""), result["finished_at_ms"] // DAY_MS),
            "workspace": (result["workspace"], result["finished_at_ms"] // DAY_MS),
        }
        for scope, (owner, day) in owners.items():
            billed[scope, owner, day] += result["cost_usd_micros"]
    return _fullest(((scope, amount) for (scope, *_), amount in billed.items()), caps)


def _fullest(spent: Iterable[tuple[str, int]], caps: Caps) -> float:
    return max((amount / caps[scope] for scope, amount in spent if scope in caps), default=0.0)
