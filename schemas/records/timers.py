"""What tells the engine that time has passed."""

from __future__ import annotations

from typing import TypedDict


class Wake(TypedDict):
    """A paused run is to try again, or one that a lever ends is to end."""

    workspace: str
    run_id: str
    why: str
    lever: str


class Tick(TypedDict):
    """An entry's timer is due, and answers up to a point have been decided."""

    workspace: str
    run_id: str
    due_at_ms: int
    results_through: int
    decisions_through: int
    sent_by: str
    table: str
    row: str
