"""The retail workflow for a soak: every run has ids and an order of its own; customers return.

The contract is retail's own but for its name, and that ended runs are remembered for one hour:
what an hour is here, `bench.soak.forgetful` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.workloads.retail_copy import RetailCopy

if TYPE_CHECKING:
    from schemas.records import IntakeEvent
    from streams.settings import Settings

NAME = "retail_soak"
WORKSPACES = 64
CUSTOMERS = 1_024
"""Of all workspaces together, each of one workspace."""


@dataclass(frozen=True, slots=True)
class Workload:
    """`runs` runs of `folder`'s workflow on `folder`'s store."""

    folder: Path
    runs: int

    def prepare(self, settings: Settings) -> Settings:
        """Make workflow, store and recordings; returns the settings that say where they are."""
        return self._copy.prepare(settings, _forgetting)

    def event(self, number: int) -> IntakeEvent:
        """A customer who wants an order cancelled."""
        return self._copy.event(number, f"workspace-{number % WORKSPACES}")

    @property
    def _copy(self) -> RetailCopy:
        return RetailCopy(self.folder, NAME, self.runs, min(CUSTOMERS, self.runs))


def _forgetting(contract: dict[str, Any]) -> dict[str, Any]:
    return {**contract, "remember_hours": 1}
