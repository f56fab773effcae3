"""`tollway check`: findings and cost for people and programs, and an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.contracts.folders import CONTRACT, make
from tollway.cli import main

BAD = CONTRACT.replace("tools: [look]", "tools: [lok]")


def run(*arguments: str, workflows_dir: Path | None = None) -> Result:
    env = {} if workflows_dir is None else {"TOLLWAY_WORKFLOWS_DIR": str(workflows_dir)}
    return CliRunner().invoke(main, ["check", *arguments], env=env)


def test_a_sound_contract_is_ok_and_its_bound_stands_beside_its_cap(tmp_path: Path) -> None:
    folder = make(tmp_path)
    result = run(str(folder.path))
    assert result.exit_code == 0
    first, cost, states = result.output.splitlines()
    assert first == f"{folder.path}/contract.yaml: ok"
    assert cost.startswith("  at most $0.0")
    assert " on the path intake → retrieval → plan → execute → verify → " in cost
    assert cost.endswith("; the cap is $0.20")
    assert "retrieval $0.00005, plan $0.0" in states


def test_an_error_is_shown_and_ends_with_1(tmp_path: Path) -> None:
    folder = make(tmp_path, contract=BAD)
    result = run(str(folder.path))
    assert result.exit_code == 1
    assert f"{folder.path}/contract.yaml:11: error: states.execute.tools[0]: " in result.output
    assert "contract.yaml: 1 error, 0 warnings" in result.output


def test_a_warning_ends_with_0(tmp_path: Path) -> None:
    text = CONTRACT.replace("max_run_usd_micros: 200000", "max_run_usd_micros: 45000")
    text = text.replace("{calls: 1, model", "{calls: 2, model")
    result = run(str(make(tmp_path, contract=text).path))
    assert result.exit_code == 0
    assert "0 errors, 1 warning" in result.output


def test_without_arguments_every_workflow_is_checked(tmp_path: Path) -> None:
    parent = make(tmp_path, "first").path.parent
    make(tmp_path, "second", contract=BAD.replace("refunds", "second"))
    result = run(workflows_dir=parent)
    assert result.exit_code == 1
    assert f"{parent}/first/contract.yaml: ok" in result.output
    assert f"{parent}/second/contract.yaml: 1 error" in result.output


def test_a_workflow_can_be_named(tmp_path: Path) -> None:
    parent = make(tmp_path, "first").path.parent
    make(tmp_path, "second", contract=BAD.replace("refunds", "second"))
    assert run("first", workflows_dir=parent).exit_code == 0


def test_a_name_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path) -> None:
    result = run("frist", workflows_dir=make(tmp_path, "first").path.parent)
    assert result.exit_code == 1
    assert "no workflow or folder is called frist; did you mean first? there is: first" in (
        result.output
    )


def test_json_holds_findings_and_costs(tmp_path: Path) -> None:
    folder = make(tmp_path, contract=BAD)
    result = run(str(folder.path), "--json")
    assert result.exit_code == 1
    answer = json.loads(result.output)
    (checked,) = answer["workflows"]
    assert (answer["ok"], checked["ok"]) == (False, False)
    assert checked["max_run_usd_micros"] == 200_000
    assert checked["max_cost"]["total_usd_micros"] == sum(
        checked["max_cost"]["by_state_usd_micros"].values()
    )
    (finding,) = checked["findings"]
    assert finding["file"] == f"{folder.path}/contract.yaml"
    assert (finding["line"], finding["field"]) == (11, "states.execute.tools[0]")
    assert finding["severity"] == "error"
    assert finding["reason"] == "no tool is called lok"
    assert finding["instead"].startswith("did you mean look?")


@pytest.mark.parametrize("files", [{"contract": ""}, {"tools": "1 / 0\n"}])
def test_a_folder_that_cannot_be_read_is_a_finding(tmp_path: Path, files: dict[str, str]) -> None:
    result = run(str(make(tmp_path, **files).path))
    assert result.exit_code == 1
    assert "contract.yaml:1: error: the file: " in result.output
