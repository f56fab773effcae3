"""The topics that outsiders write to: what belongs on each, and where the gateway puts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.privacy.events import Clean, clean_event, masking
from schemas.control import conforming_command
from schemas.decisions import conforming_decision
from schemas.intake import conforming_intake

Record = Mapping[str, Any]


def _event(record: Record, now_ms: int) -> Record:  # noqa: ARG001
    return conforming_intake(record)


@dataclass(frozen=True, slots=True)
class PublicTopic:
    """`conforming` gives what goes on, from a record and the time; `clean` takes values out of it.

    Both raise NonConforming. `quarantined`: its dead letters keep records as they came.
    """

    schema: str
    conforming: Callable[[Record, int], Record]
    own: str
    clean: Callable[[Record], Clean]
    quarantined: bool = False


PUBLIC_TOPICS: Mapping[str, PublicTopic] = {
    "intake": PublicTopic("intake_event", _event, "state.intake", clean_event, quarantined=True),
    "approvals.decisions": PublicTopic(
        "approval_decision", conforming_decision, "approvals.decided", masking("reason")
    ),
    "control": PublicTopic(
        "control_command", conforming_command, "control.commands", masking("why")
    ),
}
"""By public topic. Every record names its workspace."""
