"""The giver's book of one shared cap in one window: what is handed out, to whom, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from streams.core import budget, tables, windows
from streams.core.draft import Draft
from streams.core.slices.caps import SharedCap
from streams.core.slices.messages import to_holder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.records import CapEntry, HoldingEntry, SharedEntry

NEW_BOOK: SharedEntry = {
    "held_usd_micros": 0,
    "open_usd_micros": 0,
    "spent_usd_micros": 0,
    "order": 0,
    "recalling": 0,
    "holders": [],
    "waiting": [],
}
NEW_HOLDING: HoldingEntry = {
    "granted_usd_micros": 0,
    "returned_usd_micros": 0,
    "spent_usd_micros": 0,
    "wanted_usd_micros": 0,
    "least_usd_micros": 0,
    "sent": 0,
    "heard": 0,
    "asked": 0,
    "answered": 0,
    "asked_order": 0,
    "refused": False,
    "soon": False,
    "recalls": 0,
    "recalled": 0,
    "recall_order": 0,
    "closed": False,
}


def outstanding(line: HoldingEntry) -> int:
    """What its holder has not given back, in micro-USD."""
    return line["granted_usd_micros"] - line["returned_usd_micros"]


def recall_pending(line: HoldingEntry) -> bool:
    """Whether its holder was asked to give back and has not reported since."""
    return line["recalls"] > line["recalled"]


@dataclass(frozen=True, slots=True)
class Book:
    """Reads and changes the giver's entries of one window, in a draft."""

    draft: Draft
    cap: SharedCap
    window: str

    @property
    def entry(self) -> SharedEntry:
        """As the draft would leave it."""
        key = self.cap.shared_key(self.window)
        return cast("SharedEntry | None", self.draft.get(tables.SHARED, key)) or NEW_BOOK

    @property
    def exists(self) -> bool:
        """Whether anybody has held or asked for anything in the window."""
        return self.draft.get(tables.SHARED, self.cap.shared_key(self.window)) is not None

    @property
    def before(self) -> Book:
        """The book of the window before."""
        return Book(self.draft, self.cap, windows.preceding(self.cap.kind, self.window))

    @property
    def after(self) -> Book:
        """The book of the next window."""
        return Book(self.draft, self.cap, windows.following(self.cap.kind, self.window))

    @property
    def ends_at_ms(self) -> int:
        """When the window is over."""
        return windows.starts_at_ms(self.cap.kind, windows.following(self.cap.kind, self.window))

    @property
    def forgotten_at_ms(self) -> int:
        """When the window counts no more, in none."""
        return windows.settled_at_ms(self.cap.kind, self.window)

    @property
    def cap_usd_micros(self) -> int:
        """The cap: as an operator has set it, or as the file says."""
        cap = self.cap
        key = budget.cap_key(cap.giver, cap.scope, cap.name, cap.kind)
        entry = cast("CapEntry | None", self.draft.get(tables.CAPS, key))
        set_to = None if entry is None else entry["usd_micros"]
        return cap.usd_micros if set_to is None else set_to

    @property
    def room(self) -> int:
        """What may still be handed out, in micro-USD.

        What lies with a holder who is still in the window may be billed in the next one too, so
        it must fit there as well.
        """
        left = self.cap_usd_micros - self.entry["held_usd_micros"]
        here = left - self.before.entry["open_usd_micros"]
        there = self.cap_usd_micros - self.after.entry["held_usd_micros"]
        return max(0, min(here, there - self.entry["open_usd_micros"]))

    def line(self, holder: str) -> HoldingEntry:
        """What one holder holds."""
        key = self.cap.holding_key(holder, self.window)
        return cast("HoldingEntry | None", self.draft.get(tables.HOLDINGS, key)) or NEW_HOLDING

    def lines(self) -> Iterator[tuple[str, HoldingEntry]]:
        """All holders."""
        return ((holder, self.line(holder)) for holder in self.entry["holders"])

    def put(self, holder: str, line: HoldingEntry) -> None:
        """Change one holder's entry, and the sums with it."""
        was, entry = self.line(holder), self.entry
        more = outstanding(line) - outstanding(was)
        was_open = 0 if was["closed"] else outstanding(was)
        is_open = 0 if line["closed"] else outstanding(line)
        spent = line["spent_usd_micros"] - was["spent_usd_micros"]
        recalling = recall_pending(line) - recall_pending(was)
        holders = entry["holders"]
        self._put(
            {
                **entry,
                "held_usd_micros": entry["held_usd_micros"] + more,
                "open_usd_micros": entry["open_usd_micros"] + is_open - was_open,
                "spent_usd_micros": entry["spent_usd_micros"] + spent,
                "recalling": entry["recalling"] + recalling,
                "holders": holders if holder in holders else [*holders, holder],
            }
        )
        self.draft.put(tables.HOLDINGS, self.cap.holding_key(holder, self.window), line)

    def queue(self, holder: str) -> int:
        """The holder waits for an answer; returns its place among all askings."""
        entry = self.entry
        others = [other for other in entry["waiting"] if other != holder]
        self._put({**entry, "order": entry["order"] + 1, "waiting": [*others, holder]})
        return entry["order"] + 1

    def unqueue(self, holder: str) -> None:
        """The holder waits no more."""
        waiting = [other for other in self.entry["waiting"] if other != holder]
        self._put({**self.entry, "waiting": waiting})

    def tell(self, holder: str, *, try_again: bool = False) -> None:
        """Send the holder all that it must know."""
        line = self.line(holder)
        number = line["sent"] + 1
        self.put(holder, {**line, "sent": number})
        to_holder(
            self.draft,
            self.cap,
            (holder, self.window, number),
            {
                "granted_usd_micros": line["granted_usd_micros"],
                "answered": line["answered"],
                "refused": line["refused"],
                "soon": line["soon"],
                "cap_usd_micros": self.cap_usd_micros,
                "recalls": line["recalls"],
                "try_again": try_again,
            },
        )

    def _put(self, entry: SharedEntry) -> None:
        self.draft.put(tables.SHARED, self.cap.shared_key(self.window), entry)
