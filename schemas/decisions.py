"""The bounds of a person's decision, checked before it meets the run that waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import Field

from schemas.bounds import Id, Name, TimeMs, WorkspaceName, conforming
from schemas.records import ApprovalDecision
from schemas.strict import StrictModel

MAX_REASON_CHARACTERS = 1_000
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{32}\z")]


class DecisionBounds(StrictModel):
    """Every field of a decision with its bounds; lengths are in characters."""

    decision_id: Id
    approval_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}(\.[0-9]{1,4})?\z")]
    workspace: WorkspaceName
    run_id: _Hash
    arguments_hash: _Hash
    contract: Id
    verdict: str
    approver: Id
    roles: Annotated[list[Name], Field(max_length=16)]
    reason: Annotated[str, Field(min_length=1, max_length=MAX_REASON_CHARACTERS)]
    decided_at_ms: TimeMs
    received_at_ms: int


def conforming_decision(record: Mapping[str, Any], now_ms: int) -> ApprovalDecision:
    """`record` as a decision that came in at `now_ms`, whatever it says itself.

    Raises NonConforming, naming the first field out of bounds.
    """
    decision = conforming(DecisionBounds, record)
    return cast("ApprovalDecision", {**decision, "received_at_ms": now_ms})
