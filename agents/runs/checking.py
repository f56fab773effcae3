"""Checks of a run's work by name, for the states that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.errors import EvidenceCut

if TYPE_CHECKING:
    from schemas.records import Check
    from streams.core.states import View


def checked(view: View, name: str) -> Check:
    """What a check finds; it fails when it needs evidence of which only the beginning is kept."""
    try:
        check: Check = view.workflow.checks[name](view)
    except EvidenceCut as cut:
        return {"name": name, "passed": False, "detail": str(cut)}
    return check
