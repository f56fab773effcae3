"""What giver and holder send each other: each message says all that its sender knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import SliceGrant, SliceMessage, SliceReport
    from streams.core.draft import Draft
    from streams.core.slices.caps import SharedCap

SENT = "slices"
"""Where a ledger sends its messages; the gateway puts each on the partition of its receiver."""
ARRIVED = "slices.arrived"

About = tuple[str, str, int]
"""Holder, window and number of a message."""


def to_giver(draft: Draft, cap: SharedCap, about: About, report: SliceReport) -> None:
    """A holder reports."""
    _send(draft, cap.giver, {**_about(cap, cap.giver, about), "report": report})


def to_holder(draft: Draft, cap: SharedCap, about: About, grant: SliceGrant) -> None:
    """The giver answers, hands out or recalls."""
    _send(draft, about[0], {**_about(cap, about[0], about), "grant": grant})


def _about(cap: SharedCap, receiver: str, about: About) -> SliceMessage:
    holder, window, number = about
    return {
        "workspace": receiver,
        "giver": cap.giver,
        "holder": holder,
        "kind": cap.kind,
        "window": window,
        "number": number,
        "report": None,
        "grant": None,
    }


def _send(draft: Draft, receiver: str, message: SliceMessage) -> None:
    draft.emit(SENT, receiver, "slice_message", message)
