"""Workflows from their folders: contract, tools, prompts, and the versions of each.

A folder holds `contract.yaml`, `prompts/*.md`, and optionally the modules `tools` (TOOLS),
`checks` (CHECKS), and `toolbox` (open_toolbox) and `retrieval` (open_retriever), which only
pools open.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import orjson
import yaml
from pydantic import ValidationError

from agents.calltypes import call_types
from agents.checks import CHECKS
from agents.prices import price_book
from agents.tools.spec import ToolSpec
from schemas.codec import Codec
from schemas.errors import ContractError
from streams.core.contract import Contract
from streams.core.hashing import content_hash
from streams.core.workflow import Check, Workflow

if TYPE_CHECKING:
    from schemas.records import Versions

CONTRACT_FILE = "contract.yaml"


@dataclass(frozen=True, slots=True)
class WorkflowFolder:
    """One workflow on disk."""

    path: Path

    def contract(self) -> Contract:
        """The contract. Raises ContractError naming file, field and reason."""
        path = self.path / CONTRACT_FILE
        try:
            return Contract.model_validate_json(orjson.dumps(yaml.safe_load(path.read_bytes())))
        except (yaml.YAMLError, ValidationError, TypeError) as error:
            raise ContractError(f"{self.path.name}/{CONTRACT_FILE}: {error}") from error

    def prompts(self) -> dict[str, str]:
        """Prompt texts by file name without ending."""
        return {
            path.stem: path.read_text("utf-8") for path in sorted(self.path.glob("prompts/*.md"))
        }

    def tools(self) -> tuple[ToolSpec, ...]:
        """The specs of the workflow's tools."""
        module = self.module("tools")
        return () if module is None else tuple(module.TOOLS)

    def module(self, name: str) -> ModuleType | None:
        """A module of the folder, or None when the folder has none of that name."""
        if not (self.path / name).is_dir() and not (self.path / f"{name}.py").is_file():
            return None
        root = str(self.path.parent.parent.resolve())
        if root not in sys.path:
            sys.path.append(root)
        return import_module(f"{self.path.parent.name}.{self.path.name}.{name}")

    def load(self, codec: Codec) -> Workflow:
        """The workflow as the engine holds it."""
        contract, tools, prompts = self.contract(), self.tools(), self.prompts()
        types = call_types(codec, contract, tools)
        versions = self._versions(contract, prompts, types)
        return Workflow(contract, versions, price_book(), types, self.checks(), prompts)

    def checks(self) -> dict[str, Check]:
        """Tollway's checks, and those that the folder adds."""
        module = self.module("checks")
        return {**CHECKS, **({} if module is None else module.CHECKS)}

    def _versions(
        self, contract: Contract, prompts: Mapping[str, str], types: Mapping[Any, Any]
    ) -> Versions:
        text = (self.path / CONTRACT_FILE).read_bytes()
        tools = sorted(f"{kind} {name} {t.arguments_schema}" for (kind, name), t in types.items())
        return {
            "contract": f"{contract.workflow}@{contract.version}+{content_hash(text)[:8]}",
            "prompts": content_hash(orjson.dumps(sorted(prompts.items())))[:12],
            "tools": content_hash("\n".join(tools).encode())[:12],
            "price_book": price_book().version,
        }


def folders(workflows_dir: Path) -> Iterable[WorkflowFolder]:
    """Every workflow folder in a directory, by name."""
    paths = sorted(path.parent for path in workflows_dir.glob(f"*/{CONTRACT_FILE}"))
    return [WorkflowFolder(path) for path in paths]


def load_workflows(workflows_dir: Path, codec: Codec) -> dict[str, Workflow]:
    """Workflows by name. Raises ContractError; an empty directory is one, too."""
    loaded = [folder.load(codec) for folder in folders(workflows_dir)]
    if not loaded:
        raise ContractError(f"no workflow in {workflows_dir}: expected NAME/{CONTRACT_FILE}")
    return {workflow.name: workflow for workflow in loaded}
