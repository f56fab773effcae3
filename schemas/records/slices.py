"""Slices of shared caps: what their ledgers say to each other, and what each keeps."""

from __future__ import annotations

from typing import TypedDict


class SliceReport(TypedDict):
    """From the holder."""

    returned_usd_micros: int
    spent_usd_micros: int
    wanted_usd_micros: int
    least_usd_micros: int
    asked: int
    recalled: int
    closed: bool
    carried_usd_micros: int


class SliceGrant(TypedDict):
    """From the giver."""

    granted_usd_micros: int
    answered: int
    refused: bool
    soon: bool
    cap_usd_micros: int
    recalls: int
    try_again: bool


class SliceMessage(TypedDict):
    """Between the ledger that gives slices of a shared cap and one that holds some.

    It says all that its sender knows, so that the newest one counts and copies change nothing.
    Exactly one of report and grant is given.
    """

    workspace: str
    giver: str
    holder: str
    kind: str
    window: str
    number: int
    report: SliceReport | None
    grant: SliceGrant | None


class WaitingRun(TypedDict):
    """A run that waits for a larger slice."""

    run_id: str
    usd_micros: int
    refused: bool


class SliceEntry(TypedDict):
    """Table slices: the slice of a shared cap that a workspace holds in one window."""

    granted_usd_micros: int
    returned_usd_micros: int
    sent: int
    heard: int
    asked: int
    answered: int
    asked_at_ms: int
    asked_for_usd_micros: int
    soon: bool
    cap_usd_micros: int
    recalled: int
    waiting: list[WaitingRun]
    closed: bool
    seen_usd_micros: int
    due_at_ms: int


class SharedEntry(TypedDict):
    """Table shared: a shared cap in one window, at the giver."""

    held_usd_micros: int
    open_usd_micros: int
    spent_usd_micros: int
    order: int
    recalling: int
    holders: list[str]
    waiting: list[str]


class HoldingEntry(TypedDict):
    """Table holdings: what one workspace holds of a shared cap in one window.

    That is as the giver knows it.
    """

    granted_usd_micros: int
    returned_usd_micros: int
    spent_usd_micros: int
    wanted_usd_micros: int
    least_usd_micros: int
    sent: int
    heard: int
    asked: int
    answered: int
    asked_order: int
    refused: bool
    soon: bool
    recalls: int
    recalled: int
    recall_order: int
    closed: bool
