"""The retail workflow for a soak: every run has ids and an order of its own; customers return.

The contract is retail's own but for its name, and that ended runs are remembered for one hour:
what an hour is here, `bench.soak.forgetful` says.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import yaml

from bench.chaos.workload import MODULES
from bench.workloads import governed
from workflows.retail_support.store import create_store

if TYPE_CHECKING:
    from schemas.records import IntakeEvent
    from streams.settings import Settings

NAME = "retail_soak"
WORKSPACES = 64
CUSTOMERS = 1_024
"""Of all workspaces together, each of one workspace."""
TOOLBOX = "from workflows.retail_support.toolbox import open_toolbox\n"


@dataclass(frozen=True, slots=True)
class Workload:
    """`runs` runs of `folder`'s workflow on `folder`'s store."""

    folder: Path
    runs: int

    def prepare(self, settings: Settings) -> Settings:
        """Make workflow, store and recordings; returns the settings that say where they are."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        governed.write_data(data, self.runs, min(CUSTOMERS, self.runs))
        recordings = self.folder / "requests.jsonl"
        rows = (orjson.dumps(self._recording(number)) for number in range(self.runs))
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
            "user_id": self._user_id(number),
            "workflow": NAME,
            "intent": None,
            "customer_tier": "standard",
            "region": "here",
            "occurred_at_ms": 1,
            "request": governed.request(number),
        }

    def _user_id(self, number: int) -> str:
        return governed.user_id(number % min(CUSTOMERS, self.runs))

    def _recording(self, number: int) -> dict[str, Any]:
        return {**governed.recording(number), "user_id": self._user_id(number)}

    def _write_workflow(self) -> None:
        folder = self.folder / "workflows" / NAME
        shutil.copytree(governed.WORKFLOW_DIR / "prompts", folder / "prompts")
        for name, text in {**MODULES, "toolbox.py": TOOLBOX}.items():
            (folder / name).write_text(text, "utf-8")
        contract = yaml.safe_load((governed.WORKFLOW_DIR / "contract.yaml").read_text("utf-8"))
        own = {**contract, "workflow": NAME, "remember_hours": 1}
        (folder / "contract.yaml").write_text(yaml.safe_dump(own), "utf-8")
