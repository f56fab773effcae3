"""What operators did."""

from __future__ import annotations

from typing import TypedDict


class OperatorAction(TypedDict):
    """What was done with one dead letter, by whom and why."""

    action: str
    topic: str
    partition: int
    offset: int
    event_id: str
    run_id: str
    who: str
    why: str
    done_at_ms: int
