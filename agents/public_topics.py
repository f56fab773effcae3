"""The topics that the gateway reads: what belongs on each, and where it puts it.

Outsiders write to all but one, which goes from partition to partition.
"""

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


def _own(record: Record, now_ms: int) -> Record:  # noqa: ARG001
    return record


def _as_it_is(record: Record) -> Clean:
    """No person's words are in it."""
    return Clean(record, {})


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
    "slices": PublicTopic("slice_message", _own, "slices.arrived", _as_it_is),
}
"""By public topic. Every record names its workspace."""
