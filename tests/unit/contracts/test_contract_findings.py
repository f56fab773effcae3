"""What a check finds: each with line, field, reason and what to write instead, and all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.contracts.checking import check
from schemas.errors import ContractError
from tests.builders import MODEL
from tests.unit.contracts.flows import AROUND, SOUND, checked, edited, only


def test_a_sound_contract_has_no_finding(tmp_path: Path) -> None:
    found = checked(tmp_path, SOUND)
    assert found.findings == ()
    assert found.sound().workflow == "refunds"


@pytest.mark.parametrize(
    ("removed", "line", "field"),
    [
        ("max_run_usd_micros: 900000\n", 1, "max_run_usd_micros"),
        ("  latency_p95_ms: 1000\n", 4, "objectives"),
        ("objectives:\n  latency_p95_ms: 1000\n", 1, "objectives"),
        ("forbidden: [burn]\n", 1, "forbidden"),
        ("success: [all_steps_done]\n", 1, "success"),
    ],
)
def test_what_every_contract_needs_may_not_be_missing(
    tmp_path: Path, removed: str, line: int, field: str
) -> None:
    finding = only(checked(tmp_path, edited((removed, ""))))
    assert (finding.line, finding.field, finding.severity) == (line, field, "error")


def test_a_missing_field_is_shown_with_an_example_and_its_meaning(tmp_path: Path) -> None:
    finding = only(checked(tmp_path, edited(("max_run_usd_micros: 900000\n", ""))))
    assert finding.reason == "is missing"
    assert finding.instead == (
        "add `max_run_usd_micros: 150000`: the most that one run may spend, "
        "in millionths of a US dollar"
    )


def test_a_missing_field_within_is_told_where_it_belongs(tmp_path: Path) -> None:
    finding = only(checked(tmp_path, edited(("  latency_p95_ms: 1000\n", "  {}\n"))))
    assert (finding.line, finding.field) == (4, "objectives.latency_p95_ms")


ONE_WRONG = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", ONE_WRONG, ids=lambda case: f"{case['field']}: {case['new']!r}")
def test_one_thing_wrong_is_one_finding_where_it_stands(
    tmp_path: Path, case: dict[str, Any]
) -> None:
    finding = only(checked(tmp_path, edited((case["old"], case["new"]))))
    assert (finding.line, finding.field) == (case["line"], case["field"])
    assert finding.severity == "error"
    assert case["reason"] in finding.reason
    assert case["instead"] in finding.instead


def test_everything_wrong_is_found_at_once(tmp_path: Path) -> None:
    found = checked(
        tmp_path, edited(("[burn]", "[brun]"), ("version: 1", "version: x"), ("[shelf]", "[self]"))
    )
    assert [finding.field for finding in found.findings] == [
        "version",
        "forbidden[0]",
        "states.retrieval.retrievers[0]",
    ]


def test_a_bad_contract_stops_with_all_its_errors_one_a_line(tmp_path: Path) -> None:
    found = checked(tmp_path, edited(("[burn]", "[brun]"), ("version: 1", "version: x")))
    with pytest.raises(ContractError) as stopped:
        found.sound()
    lines = str(stopped.value).splitlines()
    assert lines == [str(finding) for finding in found.findings]
    assert lines[0].startswith(f"{tmp_path}/contract.yaml:2: error: version: ")


def test_a_cap_below_one_call_is_an_error(tmp_path: Path) -> None:
    text = edited(
        ("max_run_usd_micros: 900000", "max_run_usd_micros: 299"), (f"model: {MODEL}", "")
    )
    finding = only(checked(tmp_path, text))
    assert (finding.line, finding.field, finding.severity) == (3, "max_run_usd_micros", "error")
    assert (
        "$0.000299, and one call of tool send in state execute may cost $0.0003" in finding.reason
    )
    assert "write at least 300" in finding.instead


def test_a_state_that_may_not_call_does_not_count_against_the_cap(tmp_path: Path) -> None:
    text = edited(("max_run_usd_micros: 900000", "max_run_usd_micros: 60"), ("    calls: 3\n", ""))
    text = text.replace("    visits: 2\n    calls: 1\n    model", "    visits: 2\n    model")
    fields = [finding.field for finding in checked(tmp_path, text).findings]
    assert fields == ["states.plan", "states.execute"]


def test_what_has_no_price_is_told_once(tmp_path: Path) -> None:
    text = edited(("send: 300, ", ""), ("    checks: [all", "    tools: [send]\n    checks: [all"))
    found = checked(tmp_path, text.replace("verify:\n", "verify:\n    calls: 1\n"))
    assert only(found).field == "states.execute.tools[1]"


def test_a_cap_below_the_dearest_path_is_a_warning_and_legal(tmp_path: Path) -> None:
    text = edited(("max_run_usd_micros: 900000", "max_run_usd_micros: 150000"))
    found = checked(tmp_path, text)
    finding = only(found)
    assert (finding.line, finding.severity) == (3, "warning")
    assert found.sound().max_run_usd_micros == 150_000


def test_what_is_forbidden_and_allowed_is_a_warning(tmp_path: Path) -> None:
    finding = only(checked(tmp_path, edited(("[burn]", "[burn, look]"))))
    assert (finding.line, finding.severity) == (24, "warning")
    assert "look is forbidden" in finding.reason


@pytest.mark.parametrize("text", ["", "just text\n", "- a\n", "a: [1\n"])
def test_what_is_no_contract_at_all_is_one_finding(tmp_path: Path, text: str) -> None:
    finding = only(checked(tmp_path, text))
    assert finding.field == ""


def test_a_file_that_is_not_text_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractError, match=r"contract\.yaml: cannot be read"):
        check(tmp_path / "contract.yaml", AROUND)
