"""Small changes to a run that several states make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from schemas.records import RunState


def changed(run: RunState, **fields: Any) -> RunState:
    """A copy of the run with some fields changed; the field names are RunState's."""
    return cast("RunState", {**run, **fields})


def with_error(run: RunState, error: str) -> RunState:
    """The run with an error, unless it has an earlier one: the first says most."""
    return changed(run, error=run["error"] or error)
