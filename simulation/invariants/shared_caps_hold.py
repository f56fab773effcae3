"""A shared cap is never exceeded by all its holders together, and no transfer counts twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables, windows

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.world import World
    from streams.core.slices.caps import SharedCap


class SharedCapsHold(Invariant):
    """Adds up the accounts of all workspaces, the providers' bills, and both books of a slice."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._accounts: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
        self._held_against: dict[str, list[str]] = {}
        self._billed: Counter[tuple[str, str]] = Counter()
        self._books: dict[tuple[str, str], Any] = {}

    def decided(self, seen: Decided) -> None:
        """By the ledger."""
        for movement in seen.decision["spend"]:
            if movement["entry"] == "reserve":
                self._held_against[movement["call_id"]] = list(movement["accounts"])
        for change in seen.decision["changes"]:
            self._change(change["table"], change["key"], change["value"])
        for cap in self.world.flow.shared_caps.caps:
            self._within(cap)

    def acted(self, call: Call, billed_usd_micros: int) -> None:
        """By the providers' own meter."""
        caps = {cap.name: cap for cap in self.world.flow.shared_caps.caps}
        for key in self._held_against[call["call_id"]]:
            _, scope, owner, *_, window = key.split(tables.SEPARATOR)
            if scope in {"organization", "vendor"}:
                self._billed[owner, window] += billed_usd_micros
                billed = self._billed[owner, window]
                within = billed <= caps[owner].usd_micros
                self.demand(within, f"{owner} was billed {billed} in {window}")

    async def at_the_end(self) -> None:
        """What the giver's last message said is what the holder has."""
        for held, line, key in self._pairs():
            if held["heard"] == line["sent"]:
                same = held["granted_usd_micros"] == line["granted_usd_micros"]
                self.demand(same, f"{key}: {held} was given, {line} was handed out")

    def _change(self, table: str, key: str, value: bytes | None) -> None:
        if table == tables.BUDGET:
            _, scope, owner, *_, window = key.split(tables.SEPARATOR)
            entry = None if value is None else self.world.codec.decode("budget_entry", value)
            if scope in {"organization", "vendor"}:
                self._accounts[owner, window][key] = entry
        elif table in {tables.SLICES, tables.HOLDINGS}:
            entry = None if value is None else tables.decode(self.world.codec, table, value)
            self._books[table, key] = entry
            for held, line, which in self._pairs():
                fewer = held["granted_usd_micros"] <= line["granted_usd_micros"]
                self.demand(fewer, f"{which}: {held} was given, {line} was handed out")
                more = held["returned_usd_micros"] >= line["returned_usd_micros"]
                self.demand(more, f"{which}: {held} gave back, {line} came back")

    def _pairs(self) -> list[tuple[Any, Any, str]]:
        """Entries of holders, with the giver's of the same slice."""
        pairs = []
        for (table, key), line in self._books.items():
            if table == tables.HOLDINGS and line is not None:
                giver, holder, kind, window = key.split(tables.SEPARATOR)
                other = tables.key(holder, giver[1:], kind, window)
                held = self._books.get((tables.SLICES, other))
                if held is not None:
                    pairs.append((held, line, other))
        return pairs

    def _within(self, cap: SharedCap) -> None:
        for owner, window in list(self._accounts):
            if owner == cap.name:
                before = windows.preceding(cap.kind, window)
                used = self._sum(owner, window, "spent_usd_micros")
                used += self._sum(owner, window, "reserved_usd_micros")
                used += self._sum(owner, before, "reserved_usd_micros")
                self.demand(used <= cap.usd_micros, f"{owner} holds {used} in {window}")

    def _sum(self, owner: str, window: str, field: str) -> int:
        entries = self._accounts.get((owner, window), {}).values()
        return sum(entry[field] for entry in entries if entry is not None)
