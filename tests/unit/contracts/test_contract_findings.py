"""What a check finds: each with line, field, reason and what to write instead, and all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.contracts.checking import check
from schemas.errors import ContractError
from tests.builders import MODEL
from tests.unit.contracts.flows import AROUND, SOUND, checked, edited, only

NAMES = f"there is: {MODEL}"


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


ONE_WRONG = [
    # what is written -- line -- field -- reason -- instead
    ("version: 1", 'version: "1"', 2, "version", '"1" came', "from 1 on, for instance `version:"),
    ("version: 1", "version: 0", 2, "version", "should be greater", "a whole number from 1 on"),
    ("version: 1", "version: true", 2, "version", "true came", "a whole number"),
    ("visits: 2\n    calls: 1", "visits: 21\n    calls: 1", 16, "states.plan.visits", "21 came", "1 to 20"),
    ("success: [all_steps_done]", "success: []", 7, "success", "at least 1 item", "a list of names"),
    ("window: day", "window: week", 9, "caps[0].window", '"week" came', "`hour` or `day` or"),
    ("calls: 3", "calls: 3\n    cals: 3", 23, "states.execute.cals", "no such field", "did you mean calls?"),
    ("version: 1", "version: 1\nnotes: x", 3, "notes", "no such field", "there are: caps, forbid"),
    ("[burn]", "[brun]", 6, "forbidden[0]", "called brun", "did you mean burn? there are"),
    ("success: [all_steps_done]", "success: [all_done]", 7, "success[0]", "no check", "mean all_steps_done?"),
    ("shelf: 50,", "shelf: 50, shlef: 1,", 10, "prices_usd_micros.shlef", "no retriever or tool", "shelf?"),
    ("  execute:", "  exekute:", 20, "states.exekute", "no state is called", "did you mean execute?"),
    (f"model: {MODEL}", "model: tiny", 18, "states.plan.model", "no model is called tiny", NAMES),
    ("prompt: plan", "prompt: plans", 19, "states.plan.prompt", "no prompt", "files of the folder"),
    ("[shelf]", "[self]", 14, "states.retrieval.retrievers[0]", "no retriever", "did you mean shelf?"),
    ("      - send", "      - sent", 25, "states.execute.tools[1]", "no tool is called sent", "send?"),
    ("checks: [all_steps_done]", "checks: [all_steps_done, x]", 27, "states.verify.checks[1]", "no check", "there are"),
    ("day, usd", "day, name: look, usd", 9, "caps[0].name", "nothing with scope user", "leave it out"),
    ("scope: user", "scope: tool, name: lok", 9, "caps[0].name", "called lok", "did you mean look?"),
    ("window: day", "window: run", 9, "caps[0]", "do not go together", "`window: run` with"),
    ("scope: user", "scope: run", 9, "caps[0]", "do not go together", "nowhere else"),
    ("success: [all_steps_done]", "success: [right_account]", 7, "success[0]", "not among the checks", "to `states.verify.checks`"),
    ("send: 300, ", "", 25, "states.execute.tools[1]", "tool send has no price", "add `send: 0`"),
    ("shelf: 50, ", "", 14, "states.retrieval.retrievers[0]", "shelf has no price", "`shelf: 0`"),
    ("    calls: 3\n", "", 20, "states.execute", "names tools and may make no calls", "add `calls"),
    ("    prompt: plan\n", "", 15, "states.plan", "a model and no prompt", "add `prompt:`"),
    ("workflow: refunds", "workflow: refund", 1, "workflow", "its folder is refunds", "rename the"),
    ("workflow: refunds", "workflow: refunds\nworkflow: refunds", 1, "workflow", "lines 1 and 2", "keep one"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "field", "reason", "instead"), ONE_WRONG)
def test_one_thing_wrong_is_one_finding_where_it_stands(
    tmp_path: Path, old: str, new: str, line: int, field: str, reason: str, instead: str
) -> None:
    finding = only(checked(tmp_path, edited((old, new))))
    assert (finding.line, finding.field, finding.severity) == (line, field, "error")
    assert reason in finding.reason
    assert instead in finding.instead


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
    with pytest.raises(ContractError, match="contract.yaml: cannot be read"):
        check(tmp_path / "contract.yaml", AROUND)
