"""What a check finds in the part of a contract that says when people are asked, and whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.approvers import APPROVERS_FILE, approvers_version, load_approvers
from schemas.errors import ContractError
from tests.unit.contracts.flows import SOUND, checked, only

RULE = """\
approvals:
  - name: large_payments
    tools: [send]
    when: {field: amount_usd_cents, at_least: 4500}
    role: lead
    escalate_to: finance
    escalate_after_s: 60
doubts: {role: finance}
"""


def test_sound_rules_on_approvals_have_no_finding(tmp_path: Path) -> None:
    assert checked(tmp_path, SOUND + RULE).findings == ()


@pytest.mark.parametrize(
    "case",
    [
        ("[send]", "[sned]", "approvals[0].tools[0]", "no tool is called sned", "mean send?"),
        ("role: lead", "role: led", "approvals[0].role", "no role is called led", "mean lead?"),
        ("to: finance", "to: finances", "approvals[0].escalate_to", "called finances", "finance?"),
        (
            "{role: finance}",
            "{role: fin}",
            "doubts.role",
            "no role is called fin",
            "approvers.yaml",
        ),
        ("4500}", "4500, above: 1}", "approvals[0].when", "at_least and above", "write one of"),
        (", at_least: 4500", "", "approvals[0].when", "compares by nothing", "write one of"),
        ("amount_usd", "amont_usd", "approvals[0].when.field", "send has no", "amount_usd_cents?"),
        ("_s: 60", "_s: 3600", "approvals[0].escalate_after_s", "expires after 3600", "less than"),
        ("    escalate_to: finance\n", "", "approvals[0]", "only half", "both escalate_to"),
        ("role: lead", "role: lead\n    people: 2", "approvals[0].people", "1 have", "add people"),
        ("role: lead", "rule: lead", "approvals[0].rule", "no such field", "mean role?"),
        ("at_least: 4500", "at_least: much", "approvals[0].when.at_least", "much", "a number"),
    ],
)
def test_one_thing_wrong_is_told_where_it_stands_with_what_to_write(
    tmp_path: Path, case: tuple[str, str, str, str, str]
) -> None:
    old, new, field, reason, instead = case
    assert RULE.count(old) == 1
    found = checked(tmp_path, SOUND + RULE.replace(old, new)).findings
    finding = next(found for found in found if found.field == field)
    assert reason in finding.reason
    assert instead in finding.instead
    assert finding.severity == "error"


def test_two_rules_of_one_name_are_told_apart_by_nobody(tmp_path: Path) -> None:
    twice = "  - {name: large_payments, tools: [send], role: lead}\ndoubts:"
    finding = only(checked(tmp_path, SOUND + RULE.replace("doubts:", twice)))
    assert (finding.field, "another rule" in finding.reason) == ("approvals[1].name", True)


PEOPLE = """\
people:
  - id: lea
    roles: [lead]
    delegates:
      - {to: dan, until: 2026-12-24}
"""


def test_people_are_read_with_the_date_that_a_delegation_ends(tmp_path: Path) -> None:
    (tmp_path / APPROVERS_FILE).write_text(PEOPLE)
    people = load_approvers(tmp_path)
    assert (people.roles, people.with_role("lead")) == ({"lead"}, {"lea"})
    last_moment_ms = 1_798_156_799_999
    """2026-12-24 23:59:59.999 UTC."""
    assert people.authority("dan", ["lead"], last_moment_ms) == "lea"
    assert people.authority("dan", ["lead"], last_moment_ms + 1) is None


def test_the_version_of_the_people_changes_with_their_file(tmp_path: Path) -> None:
    assert approvers_version(tmp_path) == ""
    (tmp_path / APPROVERS_FILE).write_text(PEOPLE)
    before = approvers_version(tmp_path)
    (tmp_path / APPROVERS_FILE).write_text(PEOPLE.replace("dan", "fay"))
    assert before not in {"", approvers_version(tmp_path)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: [{id: lea}]", "people.0.roles: "),
        ("people: [{id: lea, roles: [lead], role: lead}]", "people.0.role: "),
        ("people: {", "cannot be read: "),
        ("[]", "the file: "),
    ],
)
def test_a_file_of_people_that_cannot_be_used_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / APPROVERS_FILE).write_text(text)
    with pytest.raises(ContractError, match=r"approvers\.yaml: ") as raised:
        load_approvers(tmp_path)
    assert told in str(raised.value)
