"""Runs that pass all seven states and make no call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.measured import RECORD_BYTES
from bench.systems.on_kafka import workspace
from streams.settings import Settings
from tollway.stack.roles import Role

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

WORKFLOWS_DIR = Path(__file__).parents[1] / "workflows"


class SevenStates:
    """The workflow of `bench/workflows/seven_states`."""

    roles = (Role("worker", ("worker",)),)

    def prepare(self, settings: Settings, folder: Path, runs: int) -> Settings:  # noqa: ARG002
        """Only the workflow is needed."""
        return settings.model_copy(update={"workflows_dir": WORKFLOWS_DIR})

    def event(self, number: int) -> IntakeEvent:
        """A request of 1 KB."""
        return {
            "event_id": str(number),
            "workspace": workspace(number),
            "user_id": "bench",
            "workflow": "seven_states",
            "intent": None,
            "customer_tier": "standard",
            "region": "here",
            "occurred_at_ms": 1,
            "request": "x" * RECORD_BYTES,
        }
