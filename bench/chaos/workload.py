"""The retail workflow for a chaos run: fresh customers and orders, tight caps, near deadlines.

The contract is retail's own but for its name and what TIGHTER changes: deadlines that pass during
a fault, more attempts, and a workspace cap that the last runs reach. Tools, checks, retrieval and
store are retail's; the toolbox is counted.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import yaml

from bench.workloads import governed
from streams.core.hashing import run_id
from workflows.retail_support.store import create_store

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
MODULES = {
    "tools.py": "from workflows.retail_support.tools import TOOLS\n",
    "retrievers.py": "from workflows.retail_support.retrievers import RETRIEVERS\n",
    "checks.py": "from workflows.retail_support.checks import CHECKS\n",
    "retrieval.py": "from workflows.retail_support.retrieval import open_retriever\n",
    "toolbox.py": "from bench.chaos.meter import open_toolbox\n",
}


@dataclass(frozen=True, slots=True)
class Workload:
    """`runs` runs of `folder`'s workflow on `folder`'s store."""

    folder: Path
    runs: int

    def prepare(self, settings: Settings) -> Settings:
        """Make workflow, store and recordings; returns the settings that say where they are."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        governed.write_data(data, self.runs)
        recordings = self.folder / "requests.jsonl"
        rows = (orjson.dumps(governed.recording(number)) for number in range(self.runs))
        recordings.write_bytes(b"\n".join(rows))
        store_url = f"sqlite:///{self.folder}/store.db"
        create_store(store_url, data).close()
        self._write_workflow()
        changes = {"recordings": recordings, "store_url": store_url}
        return settings.model_copy(update={"workflows_dir": self.folder / "workflows", **changes})

    def event(self, number: int) -> IntakeEvent:
        """A customer who wants an order cancelled."""
        return {
            "event_id": str(number),
            "workspace": f"workspace-{number % WORKSPACES}",
            "user_id": governed.user_id(number),
            "workflow": NAME,
            "intent": None,
            "customer_tier": "standard",
            "region": "here",
            "occurred_at_ms": 1,
            "request": governed.request(number),
        }

    def users_by_run(self, published: int) -> dict[str, str]:
        """The customers of the runs that were published, by run id."""
        events = map(self.event, range(published))
        return {run_id(e["workspace"], e["event_id"]): e["user_id"] for e in events}

    def _write_workflow(self) -> None:
        folder = self.folder / "workflows" / NAME
        shutil.copytree(governed.WORKFLOW_DIR / "prompts", folder / "prompts")
        for name, text in MODULES.items():
            (folder / name).write_text(text, "utf-8")
        contract = yaml.safe_load((governed.WORKFLOW_DIR / "contract.yaml").read_text("utf-8"))
        (folder / "contract.yaml").write_text(yaml.safe_dump(self.tightened(contract)), "utf-8")

    def tightened(self, contract: dict[str, Any]) -> dict[str, Any]:
        """The contract of a chaos run, from retail's."""
        typical_usd_micros = self.runs // WORKSPACES * TYPICAL_RUN_USD_MICROS
        cap_usd_micros = max(LEAST_CAP_USD_MICROS, typical_usd_micros)
        caps = [_capped(cap, cap_usd_micros) for cap in contract["caps"]]
        states = {
            state: {**policy, **TIGHTER} if policy.get("calls") else policy
            for state, policy in contract["states"].items()
        }
        return {**contract, "workflow": NAME, "caps": caps, "states": states}


def _capped(cap: dict[str, Any], usd_micros: int) -> dict[str, Any]:
    return {**cap, "usd_micros": usd_micros} if cap["scope"] == "workspace" else cap
