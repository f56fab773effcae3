"""Spent and reserved never exceed a cap, by the ledger; nor does what providers have billed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, cast

from simulation.caps_in_force import CapsInForce, owner_of
from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables
from streams.core.control.commands import COMMANDS

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, Call, ControlCommand, Decision
    from simulation.world import World


SHARED = {"organization", "vendor"}
"""Scopes that `shared_caps_hold` looks at."""


def is_shared(key: str) -> bool:
    """Whether an account is a slice of a shared cap."""
    return key.split(tables.SEPARATOR)[1] in SHARED


def own_accounts(keys: list[str]) -> list[str]:
    """Without the shared ones."""
    return [key for key in keys if not is_shared(key)]


class SpentWithinCap(Invariant):
    """Holds every change of the budget table, and every bill, against the caps in force.

    What is reserved must fit what is in force just then; what stands or is billed, the highest
    that was ever in force for its owner.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._caps = CapsInForce(world.flow.contract.all_caps)
        self._highest: Counter[str] = Counter()
        self._billed: Counter[str] = Counter()
        self._accounts: defaultdict[str, list[str]] = defaultdict(list)

    def decided(self, seen: Decided) -> None:
        """By the ledger."""
        if seen.decision["input_topic"] == COMMANDS:
            self._caps.obey(self._command(seen.decision["input_offset"]))
        reserved = self._reserved(seen.decision)
        for change in seen.decision["changes"]:
            of_budget = change["table"] == tables.BUDGET and not is_shared(change["key"])
            if of_budget and change["value"] is not None:
                entry = self.world.codec.decode("budget_entry", change["value"])
                self._hold(change["key"], cast("BudgetEntry", entry), now=change["key"] in reserved)

    def acted(self, call: Call, billed_usd_micros: int) -> None:
        """By the providers' own meter, on each account that the call was held against."""
        for key in self._accounts[call["call_id"]]:
            self._billed[key] += billed_usd_micros
            within = self._billed[key] <= self._highest[owner_of(key)]
            self.demand(within, f"{key} was billed {self._billed[key]}")

    def _reserved(self, decision: Decision) -> set[str]:
        """The accounts that this decision reserves on."""
        moves = [move for move in decision["spend"] if move["entry"] == "reserve"]
        for move in moves:
            self._accounts[move["call_id"]] = own_accounts(move["accounts"])
        found = {key for move in moves for key in own_accounts(move["accounts"])}
        for key in found:
            cap = self._caps.in_force(key)
            self._highest[owner_of(key)] = max(self._highest[owner_of(key)], cap)
        return found

    def _hold(self, key: str, entry: BudgetEntry, *, now: bool) -> None:
        used = entry["spent_usd_micros"] + entry["reserved_usd_micros"]
        cap = self._caps.in_force(key) if now else self._highest[owner_of(key)]
        self.demand(used <= cap, f"{key} has {entry}, and its cap is {cap}")
        least = min(entry["spent_usd_micros"], entry["reserved_usd_micros"])
        self.demand(least >= 0, f"{key} is negative: {entry}")

    def _command(self, offset: int) -> ControlCommand:
        record = self.world.topics[COMMANDS][offset]
        return cast("ControlCommand", self.world.codec.decode("control_command", record.value))
