"""The giver's side of a shared cap: what is handed out never exceeds it.

Debit first: a slice stands in the giver's book before its holder can know of it. It is the
giver's again when its holder says so, and at no other time. What a holder had at the end of a
window counts in the next one until the holder has told what its calls still hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import windows
from streams.core.draft import Draft
from streams.core.slices.book import Book, outstanding, recall_pending
from streams.core.slices.caps import SharedCap

if TYPE_CHECKING:
    from schemas.records import HoldingEntry, SliceMessage, SliceReport

SHARE = 8
"""A slice is at least this part of what is left, if that is more than was asked for."""
MOST_RECALLS = 64
"""So many holders are asked at once for what they do not need."""


def take(book: Book, message: SliceMessage, report: SliceReport, now_ms: int) -> bool:
    """Take in a report; False when it is known already, or its window is forgotten."""
    holder, line = message["holder"], book.line(message["holder"])
    if now_ms >= book.forgotten_at_ms or message["number"] <= line["heard"]:
        return False
    asks = report["asked"] > line["asked"] and not report["closed"]
    closes = report["closed"] and not line["closed"]
    order = book.queue(holder) if asks else line["asked_order"]
    book.put(holder, _reported(line, report, message["number"], order))
    if closes:
        book.unqueue(holder)
        _carry(book.after, holder, report["carried_usd_micros"])
    serve(book, now_ms)
    if book.after.exists:
        serve(book.after, now_ms)
    return True


def cap_was_set(draft: Draft, cap: SharedCap, now_ms: int) -> None:
    """Hand out what there is now to those who wait, and let those try again who were told no.

    Where more is out than the cap is now, holders are asked for what they do not need.
    """
    book = Book(draft, cap, windows.names(cap.kind, now_ms)[0])
    for holder, line in list(book.lines()):
        if line["refused"]:
            book.put(holder, {**line, "refused": False})
        book.tell(holder, try_again=True)
    if not book.exists:
        return
    if book.entry["held_usd_micros"] > book.cap_usd_micros:
        _recall(book, book.entry["order"] + 1)
    serve(book, now_ms)


def serve(book: Book, now_ms: int) -> None:
    """Answer those who wait, as far as there is an answer yet."""
    for holder in book.entry["waiting"]:
        line = book.line(holder)
        missing = max(0, line["least_usd_micros"] - outstanding(line))
        if now_ms >= book.ends_at_ms:
            _answer(book, holder, {**line, "refused": False})
        elif missing <= book.room:
            _hand_out(book, holder, line)
        elif not _may_come_back(book, line, missing):
            soon = book.entry["spent_usd_micros"] + missing <= book.cap_usd_micros
            _answer(book, holder, {**line, "refused": True, "soon": soon})


def _reported(line: HoldingEntry, report: SliceReport, number: int, order: int) -> HoldingEntry:
    returned = max(line["returned_usd_micros"], report["returned_usd_micros"])
    return {
        **line,
        "heard": number,
        "returned_usd_micros": returned,
        "spent_usd_micros": report["spent_usd_micros"],
        "wanted_usd_micros": report["wanted_usd_micros"],
        "least_usd_micros": report["least_usd_micros"],
        "asked": report["asked"],
        "asked_order": order,
        "recalled": report["recalled"],
        "closed": line["closed"] or report["closed"],
    }


def _carry(after: Book, holder: str, carried_usd_micros: int) -> None:
    """What calls still hold is a slice of the next window from now on: it may be billed there."""
    if carried_usd_micros > 0:
        line = after.line(holder)
        granted = line["granted_usd_micros"] + carried_usd_micros
        after.put(holder, {**line, "granted_usd_micros": granted})
        after.tell(holder)


def _hand_out(book: Book, holder: str, line: HoldingEntry) -> None:
    room = book.room
    wanted = max(0, line["wanted_usd_micros"] - outstanding(line))
    amount = min(room, max(wanted, room // SHARE)) if wanted else 0
    granted = line["granted_usd_micros"] + amount
    _answer(book, holder, {**line, "granted_usd_micros": granted, "refused": False})


def _answer(book: Book, holder: str, line: HoldingEntry) -> None:
    book.put(holder, {**line, "answered": line["asked"]})
    book.unqueue(holder)
    book.tell(holder)


def _may_come_back(book: Book, asking: HoldingEntry, missing_usd_micros: int) -> bool:
    """Whether holders may still give back enough: they are asked to, once for every asking."""
    _recall(book, asking["asked_order"])
    carried = book.before.entry["open_usd_micros"]
    closing = carried > 0 and missing_usd_micros <= book.room + carried
    return closing or book.entry["recalling"] > 0


def _recall(book: Book, order: int) -> None:
    left = MOST_RECALLS - book.entry["recalling"]
    for holder, line in list(book.lines()):
        if left <= 0:
            return
        unused = outstanding(line) - line["spent_usd_micros"]
        asked = recall_pending(line) or line["recall_order"] >= order
        if unused > 0 and not asked and not line["closed"]:
            recalls, now = line["recalls"] + 1, book.entry["order"]
            book.put(holder, {**line, "recalls": recalls, "recall_order": now})
            book.tell(holder)
            left -= 1
