"""Workflows from their folders: contract, tools, prompts, and the versions of each.

A folder holds `contract.yaml`, `prompts/*.md`, and optionally `approvers.yaml`,
`routing.yaml` (which makes it the router), and the modules
`tools` (TOOLS), `retrievers` (RETRIEVERS), `checks` and `checks_before` (CHECKS, MAKERS), `prices`
(PRICES), `form` (FORM), and `toolbox` (open_toolbox) and `retrieval` (open_retriever), which only
pools open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import orjson

from agents.approvers import approvers_version, load_approvers
from agents.calltypes import call_types
from agents.checks import CHECKS, library
from agents.contracts.checking import Checked, check
from agents.contracts.importing import module_of
from agents.contracts.names import Surroundings
from agents.prices import price_book
from agents.routing import load_router, routing_version, with_routes
from agents.shared_caps import load_shared_caps, shared_caps_version, unknown_calls
from agents.tools.spec import ToolSpec
from schemas.codec import Codec
from schemas.errors import ContractError
from streams.core.contract import Contract
from streams.core.graph import GRAPH
from streams.core.hashing import content_hash
from streams.core.tool_prices import PriceFunction
from streams.core.workflow import Check, CheckBefore, RequestForm, Workflow

if TYPE_CHECKING:
    from schemas.records import Versions

CONTRACT_FILE = "contract.yaml"
ROUTING_FILE = "routing.yaml"
RETRIEVAL_COUNTS = frozenset({"passages"})
"""The whole-number arguments of every retrieval."""


@dataclass(frozen=True, slots=True)
class WorkflowFolder:
    """One workflow on disk."""

    path: Path

    def contract(self) -> Contract:
        """The contract. Raises ContractError with file, line, field and advice of each error."""
        return self.check().sound()

    def check(self) -> Checked:
        """All that is wrong with the contract, and what it may cost. Raises ContractError."""
        return check(self.path / CONTRACT_FILE, self._surroundings())

    def prompts(self) -> dict[str, str]:
        """Prompt texts by file name without ending."""
        return {
            path.stem: path.read_text("utf-8") for path in sorted(self.path.glob("prompts/*.md"))
        }

    def tools(self) -> tuple[ToolSpec, ...]:
        """The specs of the workflow's tools."""
        return tuple(self._offered("tools", "TOOLS", ()))

    def retrievers(self) -> Mapping[str, str]:
        """What each of the workflow's retrievers reads, by name."""
        found: Mapping[str, str] = self._offered("retrievers", "RETRIEVERS", {})
        return found

    def checks(self) -> dict[str, Check]:
        """Tollway's checks, and those that the folder adds."""
        return {**CHECKS, **self._offered("checks", "CHECKS", {})}

    def makers(self) -> dict[str, library.Maker]:
        """Checks that take parameters."""
        return {**library.AFTER, **self._offered_too("checks", "MAKERS")}

    def checks_before(self) -> dict[str, CheckBefore]:
        """Checks of a write before it is made: Tollway's own, and those that the folder adds."""
        return {**library.BEFORE, **self._offered("checks_before", "CHECKS", {})}

    def makers_before(self) -> dict[str, library.Maker]:
        """Those of them that take parameters."""
        return dict(self._offered_too("checks_before", "MAKERS"))

    def price_functions(self) -> Mapping[str, PriceFunction]:
        """Functions that price calls by their arguments, by name."""
        found: Mapping[str, PriceFunction] = self._offered("prices", "PRICES", {})
        return found

    def form(self) -> RequestForm | None:
        """What a typed request must hold, if the workflow takes any."""
        found: RequestForm | None = self._offered("form", "FORM", None)
        return found

    def module(self, name: str) -> ModuleType | None:
        """A module of the folder, or None when it has none of that name. Raises ContractError."""
        if not (self.path / name).is_dir() and not (self.path / f"{name}.py").is_file():
            return None
        try:
            return module_of(self.path.resolve(), name)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ContractError(f"{self.path / name}: cannot be imported: {reason}") from error

    def load(self, codec: Codec) -> Workflow:
        """The workflow as the engine holds it."""
        contract, tools, prompts = self.contract(), self.tools(), self.prompts()
        types = call_types(codec, contract, tools)
        versions = self._versions(contract, prompts, types)
        after = library.checks_of(self.makers(), contract.checks)
        known = (price_book(), types, {**self.checks(), **after}, prompts)
        return Workflow(
            contract,
            versions,
            *known,
            approvers=load_approvers(self.path),
            price_functions=self.price_functions(),
            form=self.form(),
            checks_before={
                **self.checks_before(),
                **library.made(self.makers_before(), contract.checks),
            },
            shared_caps=load_shared_caps(self.path.parent),
            router=load_router(self.path / ROUTING_FILE),
        )

    def _offered(self, module_name: str, attribute: str, nothing: Any) -> Any:
        """What a module of the folder declares; `nothing` when there is no such module."""
        module = self.module(module_name)
        if module is None:
            return nothing
        if not hasattr(module, attribute):
            raise ContractError(f"{self.path / module_name}: declares no {attribute}; add it")
        return getattr(module, attribute)

    def _offered_too(self, module_name: str, attribute: str) -> Mapping[str, Any]:
        """What a module may declare beside what it must."""
        found: Mapping[str, Any] = getattr(self.module(module_name), attribute, {})
        return found

    def _surroundings(self) -> Surroundings:
        prompts, prices, people = self.prompts(), price_book(), load_approvers(self.path)
        names = {
            "tool": (spec.name for spec in self.tools()),
            "retriever": self.retrievers(),
            "model": prices.models,
            "prompt": prompts,
            "check": self.checks(),
            "check before": self.checks_before(),
            "check maker": {**self.makers(), **self.makers_before()},
            "price function": self.price_functions(),
            "state": GRAPH,
            "role": people.roles,
        }
        known = {kind: frozenset(found) for kind, found in names.items()}
        fields = {spec.name: frozenset(spec.arguments.model_fields) for spec in self.tools()}
        own = (self.path.resolve().name, known, prompts, prices, self._counts())
        makers = {"check": self.makers(), "check before": self.makers_before()}
        return Surroundings(*own, people, fields, makers)

    def _counts(self) -> Mapping[str, frozenset[str]]:
        reads = dict.fromkeys(self.retrievers(), RETRIEVAL_COUNTS)
        return {**reads, **{spec.name: frozenset(spec.counts()) for spec in self.tools()}}

    def _versions(
        self, contract: Contract, prompts: Mapping[str, str], types: Mapping[Any, Any]
    ) -> Versions:
        text = (self.path / CONTRACT_FILE).read_bytes()
        wire = sorted(f"{kind} {name} {t.arguments_schema}" for (kind, name), t in types.items())
        # Bounds are in no Avro fingerprint, so the tools' own schemas are hashed as well.
        bounded: list[Any] = [spec.json_schemas() for spec in self.tools()]
        form = self.form()
        if form is not None:
            bounded.append(form.described)
        return {
            "contract": f"{contract.workflow}@{contract.version}+{content_hash(text)[:8]}",
            "prompts": content_hash(orjson.dumps(sorted(prompts.items())))[:12]
            + routing_version(self.path / ROUTING_FILE),
            "tools": content_hash(orjson.dumps([wire, bounded], option=orjson.OPT_SORT_KEYS))[:12],
            "price_book": price_book().name,
            "approvers": approvers_version(self.path),
            "shared_caps": shared_caps_version(self.path.parent),
        }


def folders(workflows_dir: Path) -> Iterable[WorkflowFolder]:
    """Every workflow folder in a directory, by name."""
    paths = sorted(path.parent for path in workflows_dir.glob(f"*/{CONTRACT_FILE}"))
    return [WorkflowFolder(path) for path in paths]


def load_workflows(workflows_dir: Path, codec: Codec) -> dict[str, Workflow]:
    """Workflows by name. Raises ContractError with all that is wrong; an empty folder is, too."""
    loaded: dict[str, Workflow] = {}
    wrong: list[str] = []
    for folder in folders(workflows_dir):
        try:
            loaded[folder.path.name] = folder.load(codec)
        except ContractError as error:
            wrong.append(str(error))
    if not loaded and not wrong:
        wrong = [f"no workflow in {workflows_dir}: expected NAME/{CONTRACT_FILE}"]
    if not wrong:
        contracts = [flow.contract for flow in loaded.values()]
        wrong = unknown_calls(load_shared_caps(workflows_dir), contracts)
    if wrong:
        raise ContractError("\n".join(wrong))
    return with_routes(loaded)
