"""The runs of one workspace that wait for a larger slice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemas.records.slices import WaitingRun
from streams.core import pausing

if TYPE_CHECKING:
    from streams.core.draft import Draft

MOST_WAITING = 64
"""So many are listed, and woken when there is room; more try again by their own timers."""


def with_run(listed: list[WaitingRun], run_id: str, usd_micros: int) -> list[WaitingRun]:
    """The list with the run at its end, if there is room."""
    others = [item for item in listed if item["run_id"] != run_id]
    if len(others) >= MOST_WAITING:
        return others
    return [*others, {"run_id": run_id, "usd_micros": usd_micros, "refused": False}]


def find(listed: Iterable[WaitingRun], run_id: str) -> WaitingRun | None:
    """The run's item; None when it is not listed."""
    return next((item for item in listed if item["run_id"] == run_id), None)


def refused(
    listed: Iterable[WaitingRun], going: list[WaitingRun], least_usd_micros: int
) -> list[WaitingRun]:
    """The list after the giver has said that no `least_usd_micros` more are left for it."""
    return [
        {**item, "refused": True}
        if item not in going and item["usd_micros"] >= least_usd_micros
        else item
        for item in listed
    ]


def fitting(listed: Iterable[WaitingRun], headroom_usd_micros: int) -> list[WaitingRun]:
    """Those that fit, in their order."""
    found = []
    for item in listed:
        if not item["refused"] and item["usd_micros"] <= headroom_usd_micros:
            headroom_usd_micros -= item["usd_micros"]
            found.append(item)
    return found


def fitting_usd_micros(listed: Iterable[WaitingRun], headroom_usd_micros: int) -> int:
    """What those that fit need together."""
    return sum(item["usd_micros"] for item in fitting(listed, headroom_usd_micros))


def least_usd_micros(listed: list[WaitingRun], headroom_usd_micros: int) -> int:
    """What the smallest of those needs that do not fit; 0 when all do."""
    fit = fitting(listed, headroom_usd_micros)
    return min((item["usd_micros"] for item in listed if item not in fit), default=0)


def wake(draft: Draft, workspace: str, listed: Iterable[WaitingRun], why: str) -> None:
    """These are to try again."""
    for item in listed:
        pausing.wake(draft, workspace, item["run_id"], why)
