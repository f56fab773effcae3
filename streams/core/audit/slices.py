"""Slices of shared caps: what a giver's ledger took out, one other ledger has, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streams.core import tables
from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes
from streams.core.slices.book import outstanding

if TYPE_CHECKING:
    from schemas.records import HoldingEntry, SliceEntry

Transfer = tuple[str, str, str, str]
"""Giver, holder, kind of window and window."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry, and where the last decision on it stands."""

    entry: Any
    notes: Notes
    offset: int


@dataclass(slots=True)
class Transfers:
    """The last entries of both sides, over all partitions."""

    given: dict[Transfer, Place] = field(default_factory=dict)
    taken: dict[Transfer, Place] = field(default_factory=dict)

    def compare(self) -> None:
        """Once all partitions are read. What one side could not have known yet is left out."""
        for transfer, place in self.taken.items():
            giver = self.given.get(transfer)
            if giver is None:
                continue  # it was only asked, or the giver's partition was read before
            if giver.notes.partition >= place.notes.partition:
                self._forged(transfer, giver.entry, place)
            self._both(transfer, giver.entry, place)

    def _forged(self, transfer: Transfer, line: HoldingEntry, place: Place) -> None:
        """The giver's partition was read later, so it has sent all that was heard."""
        heard, sent = place.entry["heard"], line["sent"]
        if heard > sent:
            self._found(place, transfer, f"message {heard} was heard and only {sent} were sent")

    def _both(self, transfer: Transfer, line: HoldingEntry, place: Place) -> None:
        held: SliceEntry = place.entry
        granted, handed_out = held["granted_usd_micros"], line["granted_usd_micros"]
        wrong = granted > handed_out or (held["heard"] == line["sent"] and granted != handed_out)
        if held["heard"] <= line["sent"] and wrong:
            told = f"{granted} micro-USD arrived and {handed_out} were handed out"
            self._found(place, transfer, told)
        returned, came_back = held["returned_usd_micros"], line["returned_usd_micros"]
        wrong = returned < came_back or (line["heard"] == held["sent"] and returned != came_back)
        if line["heard"] <= held["sent"] and wrong:
            told = f"{returned} micro-USD were given back and {came_back} came back"
            self._found(place, transfer, told)

    def _found(self, place: Place, transfer: Transfer, told: str) -> None:
        giver, holder, kind, window = transfer
        what = f"the slice of {giver} that {holder} holds in {kind} {window}"
        place.notes.found(place.offset, "slice", f"{what}: {told}")


@dataclass(slots=True)
class SlicesAudit:
    """One partition: collects both sides, and adds up what each giver has out."""

    notes: Notes
    transfers: Transfers
    _out: dict[tuple[str, str, str], dict[str, int]] = field(default_factory=dict)

    def look(self, seen: Seen) -> None:
        """The entries that a decision changes."""
        for change in seen.decision["changes"]:
            if change["value"] is None or change["table"] not in _LOOKED_AT:
                continue
            entry = tables.decode(seen.codec, change["table"], change["value"])
            parts = change["key"].split(tables.SEPARATOR)
            if change["table"] == tables.SLICES:
                holder, name, kind, window = parts
                place = Place(entry, self.notes, seen.offset)
                self.transfers.taken[f"@{name}", holder, kind, window] = place
            else:
                giver, holder, kind, window = parts
                place = Place(entry, self.notes, seen.offset)
                self.transfers.given[giver, holder, kind, window] = place
                self._out.setdefault((giver, kind, window), {})[holder] = outstanding(entry)
        self._sums(seen)

    def _sums(self, seen: Seen) -> None:
        for change in seen.decision["changes"]:
            if change["table"] != tables.SHARED or change["value"] is None:
                continue
            giver, kind, window = change["key"].split(tables.SEPARATOR)
            entry = tables.decode(seen.codec, tables.SHARED, change["value"])
            out = sum(self._out.get((giver, kind, window), {}).values())
            if entry["held_usd_micros"] != out:
                told = f"{giver} says that {entry['held_usd_micros']} micro-USD are out in {window}"
                self.notes.found(seen.offset, "slice", f"{told}, and its holdings make {out}")


_LOOKED_AT = frozenset({tables.SLICES, tables.HOLDINGS})
