"""The retail workflow for a chaos run: fresh customers and orders, tight caps, near deadlines.

The contract is retail's own but for its name and what TIGHTER changes: deadlines that pass during
a fault, more attempts, and a workspace cap that the last runs reach. Tools, checks, retrieval and
store are retail's; the toolbox is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.workloads.retail_copy import RetailCopy
from streams.core.hashing import run_id

if TYPE_CHECKING:
    from schemas.records import IntakeEvent
    from streams.settings import Settings

NAME = "retail_chaos"
WORKSPACES = 64
TYPICAL_RUN_USD_MICROS = 1_700
"""What one run costs, about."""
LEAST_CAP_USD_MICROS = 200_000
"""Below this the reservations of runs side by side would not fit, and few would be resolved."""
TIGHTER = {"attempts": 5, "timeout_ms": 10_000, "act_limit_ms": 5_000}
COUNTED = {"toolbox.py": "from bench.chaos.meter import open_toolbox\n"}


@dataclass(frozen=True, slots=True)
class Workload:
    """`runs` runs of `folder`'s workflow on `folder`'s store."""

    folder: Path
    runs: int

    def prepare(self, settings: Settings) -> Settings:
        """Make workflow, store and recordings; returns the settings that say where they are."""
        return self._copy.prepare(settings, self.tightened)

    def event(self, number: int) -> IntakeEvent:
        """A customer who wants an order cancelled."""
        return self._copy.event(number, f"workspace-{number % WORKSPACES}")

    def users_by_run(self, published: int) -> dict[str, str]:
        """The customers of the runs that were published, by run id."""
        events = map(self.event, range(published))
        return {run_id(e["workspace"], e["event_id"]): e["user_id"] for e in events}

    def tightened(self, contract: dict[str, Any]) -> dict[str, Any]:
        """The contract of a chaos run, from retail's."""
        typical_usd_micros = self.runs // WORKSPACES * TYPICAL_RUN_USD_MICROS
        cap_usd_micros = max(LEAST_CAP_USD_MICROS, typical_usd_micros)
        caps = [_capped(cap, cap_usd_micros) for cap in contract["caps"]]
        states = {
            state: {**policy, **TIGHTER} if policy.get("calls") else policy
            for state, policy in contract["states"].items()
        }
        return {**contract, "caps": caps, "states": states}

    @property
    def _copy(self) -> RetailCopy:
        return RetailCopy(self.folder, NAME, self.runs, self.runs, COUNTED)


def _capped(cap: dict[str, Any], usd_micros: int) -> dict[str, Any]:
    return {**cap, "usd_micros": usd_micros} if cap["scope"] == "workspace" else cap
