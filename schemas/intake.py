"""The bounds of an intake event, checked before a run may start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import Field

from schemas.bounds import Id, Label, Name, TimeMs, WorkspaceName, conforming
from schemas.records import IntakeEvent
from schemas.strict import StrictModel

MAX_REQUEST_CHARACTERS = 16_000


class IntakeBounds(StrictModel):
    """Every field of an intake event with its bounds; lengths are in characters."""

    event_id: Id
    workspace: WorkspaceName
    user_id: Id
    workflow: Name | None
    intent: Name | None
    customer_tier: Label
    region: Label
    occurred_at_ms: TimeMs
    request: Annotated[str, Field(min_length=1, max_length=MAX_REQUEST_CHARACTERS)]


def conforming_intake(record: Mapping[str, Any]) -> IntakeEvent:
    """`record` as an intake event. Raises NonConforming, naming the first field out of bounds."""
    return cast("IntakeEvent", conforming(IntakeBounds, record))
