"""A copy of the retail workflow under a contract of its own, with a store and recordings.

Tools, checks, retrieval and store are retail's. Every run has an order of its own; customers are as
many as runs, or fewer who return.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import yaml

from bench.workloads import governed
from workflows.retail_support.store import create_store

if TYPE_CHECKING:
    from schemas.records import IntakeEvent
    from streams.settings import Settings

MODULES = {
    "tools.py": "from workflows.retail_support.tools import TOOLS\n",
    "retrievers.py": "from workflows.retail_support.retrievers import RETRIEVERS\n",
    "checks.py": "from workflows.retail_support.checks import CHECKS, MAKERS\n",
    "checks_before.py": "from workflows.retail_support.checks_before import CHECKS, MAKERS\n",
    "retrieval.py": "from workflows.retail_support.retrieval import open_retriever\n",
    "toolbox.py": "from workflows.retail_support.toolbox import open_toolbox\n",
}
Change = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes a contract out of retail's; its name is given already."""


@dataclass(frozen=True, slots=True)
class RetailCopy:
    """Workflow `name` for `runs` runs, in `folder`; `modules` take the place of retail's."""

    folder: Path
    name: str
    runs: int
    customers: int
    modules: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, settings: Settings, change: Change) -> Settings:
        """Make workflow, store and recordings; returns the settings that say where they are."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        governed.write_data(data, self.runs, self.customers)
        recordings = self.folder / "requests.jsonl"
        rows = (orjson.dumps(self._recording(number)) for number in range(self.runs))
        recordings.write_bytes(b"\n".join(rows))
        create_store(self.store_url, data).close()
        self._write_workflow(change)
        changes = {"recordings": recordings, "store_url": self.store_url}
        return settings.model_copy(update={"workflows_dir": self.folder / "workflows", **changes})

    @property
    def store_url(self) -> str:
        """Its store."""
        return f"sqlite:///{self.folder}/store.db"

    def event(self, number: int, workspace: str) -> IntakeEvent:
        """A customer who wants an order cancelled."""
        return {
            "event_id": str(number),
            "workspace": workspace,
            "user_id": self._user_id(number),
            "workflow": self.name,
            "intent": None,
            "customer_tier": "standard",
            "region": "here",
            "occurred_at_ms": 1,
            "request": governed.request(number),
        }

    def _user_id(self, number: int) -> str:
        return governed.user_id(number % self.customers)

    def _recording(self, number: int) -> dict[str, Any]:
        return {**governed.recording(number), "user_id": self._user_id(number)}

    def _write_workflow(self, change: Change) -> None:
        folder = self.folder / "workflows" / self.name
        shutil.copytree(governed.WORKFLOW_DIR / "prompts", folder / "prompts")
        for name, text in {**MODULES, **self.modules}.items():
            (folder / name).write_text(text, "utf-8")
        contract = yaml.safe_load((governed.WORKFLOW_DIR / "contract.yaml").read_text("utf-8"))
        own = change({**contract, "workflow": self.name})
        (folder / "contract.yaml").write_text(yaml.safe_dump(own), "utf-8")
