"""What the contest says, and what its command refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.workflows import load_workflows
from bench.overspend import report
from bench.overspend.__main__ import broken, main
from bench.overspend.cells import Cell, Plan
from bench.overspend.contesting import NotRun, Result
from bench.overspend.judging import Verdict, cap_usd_micros
from bench.overspend.systems import litellm_config, tollway_workflows
from bench.overspend.systems.litellm_config import Backing
from bench.overspend.systems.table import SYSTEMS
from schemas.errors import ContractError
from tests.builders import CODEC

KILL = Cell("tollway", 10, 64, "kill")
VERDICT = Verdict(
    cell=KILL,
    spent_over_cap=0.95,
    refused_affordable=0,
    refused_near_cap=0.25,
    asks=100,
    served=10,
    failed=1,
    billed_calls=11,
    admission_p50_ms=12.0,
    admission_p99_ms=34.0,
    notes=("one failed",),
    details={"violations": 0, "admitted_after_violation": 0},
)
RESULTS: list[Result] = [
    VERDICT,
    NotRun(Cell("naive", 10, 64, "kill"), "n/a: there is nothing to kill"),
    NotRun(Cell("litellm", 10, 64, "kill"), "not installed: no engine"),
]


def test_json_has_a_cell_for_each_result_and_says_what_was_not_run() -> None:
    found = report.as_json(RESULTS, {}, {})
    tried, _, missing = found["cells"]
    expected = {"system": "tollway", "cap_calls": 10, "in_flight": 64, "fault": "kill"}
    assert expected.items() <= tried.items()
    assert (tried["spent_over_cap"], tried["refused_affordable"]) == (0.95, 0)
    assert missing["not_run"] == "not installed: no engine"
    assert found["worst"] == {"tollway": 0.95}


def test_the_table_tells_apart_what_has_no_meaning_and_what_could_not_be_run() -> None:
    text = report.as_text(RESULTS, {"tollway": {"Kafka": "4.1"}}, {"Python": "3.11"})
    assert "| tollway | 0.950000 | 0 | 25.0% | 100 | 12 | 34 |" in text
    assert "| naive | n/a |" in text
    assert "| litellm | not run |" in text
    assert "- naive, kill: n/a: there is nothing to kill" in text
    assert "- litellm: not installed: no engine" in text
    assert "- tollway.10.64.kill: one failed" in text
    assert "- tollway: Kafka: 4.1" in text


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (VERDICT, False),
        (replace(VERDICT, spent_over_cap=1.0), False),
        (replace(VERDICT, spent_over_cap=1.000001), True),
        (replace(VERDICT, refused_affordable=1), True),
        (replace(VERDICT, cell=replace(KILL, system="naive"), spent_over_cap=9.0), False),
        (replace(VERDICT, cell=replace(KILL, fault="over_limit"), spent_over_cap=2.0), False),
        (
            replace(
                VERDICT,
                cell=replace(KILL, fault="over_limit"),
                details={"violations": 1, "admitted_after_violation": 1},
            ),
            True,
        ),
        (RESULTS[2], False),
    ],
)
def test_the_command_fails_only_when_tollway_broke_its_promise(
    verdict: Result, *, expected: bool
) -> None:
    assert broken(verdict) is expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--systems", "tollway,temporal"], "temporal: unknown"),
        (["--faults", "flood"], "flood: unknown"),
        (["--caps", "ten"], "ten: must be whole numbers"),
        (["--in-flight", "0"], "0: must be whole numbers"),
    ],
)
def test_what_is_unknown_is_refused_by_name(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_a_workflow_is_written_for_each_cap_with_that_cap(tmp_path: Path) -> None:
    cells = [Cell("tollway", 10, 1, "none"), Cell("tollway", 1000, 1, "fallback")]
    tollway_workflows.write(tmp_path, cells)
    loaded = load_workflows(tmp_path, CODEC)
    for cell in cells:
        contract = loaded[tollway_workflows.name_of(cell)].contract
        assert [cap.usd_micros for cap in contract.caps] == [cap_usd_micros(cell)]


def test_a_contract_with_an_unpriced_model_is_refused(tmp_path: Path) -> None:
    tollway_workflows.write(tmp_path, [Cell("tollway", 10, 1, "unpriced")])
    with pytest.raises(ContractError, match="unpriced-1"):
        load_workflows(tmp_path, CODEC)


def test_litellm_fails_closed_only_where_it_is_told_to() -> None:
    backing = Backing("http://127.0.0.1:1/v1", 2, None, fail_closed=True)
    strict = litellm_config.config(backing)["general_settings"]
    default = litellm_config.config(replace(backing, fail_closed=False))["general_settings"]
    assert strict == {**default, "fail_closed_budget_enforcement": True}
    assert default["custom_auth_run_common_checks"] is True


def test_litellm_with_a_database_keeps_its_own_keys() -> None:
    backing = Backing("http://127.0.0.1:1/v1", 2, "postgresql://x/y", fail_closed=False)
    settings = litellm_config.config(backing)["general_settings"]
    assert settings["database_url"] == "postgresql://x/y"
    assert "custom_auth" not in settings


def test_every_system_is_made_under_its_own_name(tmp_path: Path) -> None:
    plan = Plan((10,), (1,), ("none",))
    assert [make(name, plan, tmp_path).name for name, make in SYSTEMS.items()] == [*SYSTEMS]
