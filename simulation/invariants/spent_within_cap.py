"""Spent and reserved never exceed a cap, by the ledger; nor does what providers have billed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.world import World


class SpentWithinCap(Invariant):
    """Holds every change of the budget table, and every bill, against the contract."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._billed: Counter[str] = Counter()
        self._accounts: defaultdict[str, list[str]] = defaultdict(list)

    def decided(self, seen: Decided) -> None:
        """By the ledger."""
        for movement in seen.decision["spend"]:
            if movement["entry"] == "reserve":
                self._accounts[movement["call_id"]] = list(movement["accounts"])
        for change in seen.decision["changes"]:
            if change["table"] == tables.BUDGET and change["value"] is not None:
                entry = self.world.codec.decode("budget_entry", change["value"])
                _, scope, owner, *_ = change["key"].split(tables.SEPARATOR)
                used = entry["spent_usd_micros"] + entry["reserved_usd_micros"]
                within = used <= self._least_cap(scope, owner)
                self.demand(within, f"{change['key']} has {entry}")
                self.demand(min(entry.values()) >= 0, f"{change['key']} is negative: {entry}")

    def acted(self, call: Call, billed_usd_micros: int) -> None:
        """By the providers' own meter, on each account that the call was held against."""
        for key in self._accounts[call["call_id"]]:
            self._billed[key] += billed_usd_micros
            _, scope, owner, *_ = key.split(tables.SEPARATOR)
            within = self._billed[key] <= self._least_cap(scope, owner)
            self.demand(within, f"{key} was billed {self._billed[key]}")

    def _least_cap(self, scope: str, owner: str) -> int:
        caps = self.world.flow.contract.all_caps
        return min(c.usd_micros for c in caps if c.scope == scope and c.name in {None, owner})
