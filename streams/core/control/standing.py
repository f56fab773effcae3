"""Whether a command still counts beside the one that stands: copies may come late."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import CapEntry, ControlCommand, LeverEntry
    from streams.core.draft import Draft


def counts(
    draft: Draft, standing: CapEntry | LeverEntry | None, command: ControlCommand, done: str
) -> bool:
    """False for a copy, and for a command given before the one that stands; which is recorded.

    `done` says in words what the one that stands did.
    """
    if standing is None:
        return True
    if standing["command_id"] == command["command_id"]:
        draft.rule, draft.reason = "control.repeated", f"command {command['command_id']} is known"
        return False
    if standing["issued_at_ms"] > command["issued_at_ms"]:
        draft.rule = "control.stale"
        draft.reason = f"{standing['who']} {done} after {command['who']} did"
        return False
    return True
