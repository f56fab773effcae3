"""Folders: what they declare is what their contracts may name, and bad ones stop a start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agents import composition
from agents.workflows import WorkflowFolder, load_workflows
from schemas.codec import Codec
from schemas.errors import ContractError
from streams.settings import Settings
from tests.unit.contracts.folders import CONTRACT, make
from workflows.retail_support.retrieval import RetailRetriever
from workflows.retail_support.retrievers import RETRIEVERS

SHIPPED = Path(__file__).parents[3] / "workflows"


@pytest.mark.parametrize("path", sorted(file.parent for file in SHIPPED.glob("*/contract.yaml")))
def test_the_workflows_of_this_repository_are_sound(path: Path) -> None:
    assert WorkflowFolder(path).check().errors == ()


def test_a_folder_loads_with_what_its_modules_declare(tmp_path: Path) -> None:
    flow = make(tmp_path).load(Codec())
    assert set(flow.call_types) == {
        ("model", "gpt-4.1-mini"),
        ("retrieval", "shelf"),
        ("tool", "look"),
    }
    assert "extra" in flow.checks


def test_a_tighter_bound_of_an_argument_is_another_version_of_the_tools(tmp_path: Path) -> None:
    bounded = (
        "import dataclasses\nfrom typing import Annotated\nfrom pydantic import Field\n"
        "from schemas.strict import StrictModel\nfrom tests.builders import tool\n"
        "class Arguments(StrictModel):\n    count: Annotated[int, Field(ge=0, le=LIMIT)]\n"
        "TOOLS = (dataclasses.replace(tool('look'), arguments=Arguments),)\n"
    )
    folders = [make(tmp_path / n, tools=bounded.replace("LIMIT", n)) for n in ("5", "6")]
    assert len({folder.load(Codec()).versions["tools"] for folder in folders}) == 2


def test_a_process_is_the_same_to_all_of_its_parts_and_told_apart_by_its_start() -> None:
    assert composition.identity("worker") == composition.identity("worker")
    assert composition.identity("worker").rpartition(".")[2].isdigit()


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("tools", "no tool is called look"),
        ("retrievers", "no retriever is called shelf"),
        ("checks", "no check is called extra"),
    ],
)
def test_a_module_that_is_not_there_declares_nothing(
    tmp_path: Path, module: str, reason: str
) -> None:
    found = make(tmp_path, **{module: ""}).check()
    assert reason in [finding.reason for finding in found.findings]


def test_a_module_that_breaks_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = make(tmp_path, tools="import nothing_of_the_kind\n")
    with pytest.raises(ContractError, match="refunds/tools: cannot be imported: ModuleNotFound"):
        folder.check()


def test_a_module_that_declares_nothing_is_told_what_to_declare(tmp_path: Path) -> None:
    folder = make(tmp_path, retrievers="NAMES = ()\n")
    with pytest.raises(ContractError, match="refunds/retrievers: declares no RETRIEVERS; add it"):
        folder.check()


def test_a_folder_beside_the_package_of_the_same_name_is_found(tmp_path: Path) -> None:
    folder = make(tmp_path)
    beside = tmp_path / "workflows"
    folder.path.parent.rename(beside)
    try:
        assert WorkflowFolder(beside / "refunds").check().errors == ()
    finally:
        sys.modules["workflows"].__path__.remove(str(beside))


def test_a_module_of_another_folder_of_that_name_is_never_taken(tmp_path: Path) -> None:
    copy = tmp_path / "workflows" / "retail_support"
    copy.mkdir(parents=True)
    (copy / "tools.py").write_text("TOOLS = ()\n")
    WorkflowFolder(SHIPPED / "retail_support").tools()
    try:
        with pytest.raises(ContractError, match="rename the folder"):
            WorkflowFolder(copy).tools()
    finally:
        sys.modules["workflows"].__path__.remove(str(copy.parent))


def test_all_that_is_wrong_with_all_workflows_is_told_at_once(tmp_path: Path) -> None:
    make(tmp_path, "first", contract=CONTRACT)
    second = make(tmp_path, "second", contract="- nothing\n")
    make(tmp_path, "third")
    with pytest.raises(ContractError) as stopped:
        load_workflows(second.path.parent, Codec())
    lines = str(stopped.value).splitlines()
    assert [line.split(": ")[2:4] for line in lines] == [
        ["workflow", "is refunds, and its folder is first; write `workflow"],
        ["the file", "holds no fields; see docs/contracts.md for those it needs"],
    ]


def test_no_workflow_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"expected NAME/contract\.yaml"):
        load_workflows(tmp_path, Codec())


START: Mapping[str, Callable[[Settings], object]] = {
    "worker": lambda settings: composition.worker(settings, Codec()),
    "pool-retrieval": lambda settings: composition.pool(settings, Codec(), "retrieval"),
    "pool-tool": lambda settings: composition.pool(settings, Codec(), "tool"),
}


@pytest.mark.parametrize("role", START)
def test_a_process_does_not_start_on_a_bad_contract(tmp_path: Path, role: str) -> None:
    folder = make(tmp_path, contract=CONTRACT.replace("tools: [look]", "tools: [lok]"))
    settings = Settings(workflows_dir=folder.path.parent)
    with pytest.raises(ContractError, match=r"contract\.yaml:11: error: .*did you mean look\?"):
        START[role](settings)


def test_the_support_desk_declares_the_retrievers_that_it_has() -> None:
    nowhere: Any = None
    desk: Any = RetailRetriever(nowhere, "")
    assert desk._retrievers.keys() == RETRIEVERS.keys()
