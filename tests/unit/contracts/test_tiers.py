"""Model tiers: a contract names models by purpose, and every rule and call sees the models."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.contracts.checking import check
from agents.workflows import WorkflowFolder
from tests.builders import MODEL
from tests.unit.contracts.flows import AROUND, checked, edited, only
from tests.unit.contracts.folders import CONTRACT, make

TIERS = "tiers: {small: gpt-4.1-nano, large: gpt-4.1-mini}\n"
LADDER = "ladder: [{rung: cheaper_model, model: small}]\n"


def tiered(tmp_path: Path, ladder: str = LADDER, model: str = "large") -> WorkflowFolder:
    text = CONTRACT.replace("model: gpt-4.1-mini", f"model: {model}")
    return make(tmp_path, contract=text.replace("states:", f"{TIERS}{ladder}states:"))


def test_a_state_and_a_rung_that_name_a_tier_ask_its_model(tmp_path: Path) -> None:
    contract = tiered(tmp_path).contract()
    assert contract.policy("plan").model == "gpt-4.1-mini"
    assert contract.ladder[0].model == "gpt-4.1-nano"
    assert contract.models == {"gpt-4.1-mini", "gpt-4.1-nano"}


def test_a_dearer_tier_on_the_ladder_is_found_by_its_price(tmp_path: Path) -> None:
    upward = "ladder: [{rung: cheaper_model, model: large}]\n"
    (finding,) = tiered(tmp_path, upward, model="small").check().errors
    assert "gpt-4.1-mini is dearer than gpt-4.1-nano" in finding.reason


def test_the_cost_of_a_run_is_worked_out_with_the_tiers_model(tmp_path: Path) -> None:
    named, tier = make(tmp_path, contract=CONTRACT), tiered(tmp_path / "other", "")
    assert named.check().cost == tier.check().cost != None  # noqa: E711  both are there


@pytest.mark.parametrize(
    ("tiers", "field", "reason"),
    [
        ("{large: gtp}", "tiers.large", "no model is called gtp"),
        (f"{{{MODEL}: {MODEL}}}", f"tiers.{MODEL}", "is the name of a model"),
        ("{large: 7}", "tiers.large", "7 came"),
    ],
)
def test_a_tier_that_cannot_be_is_told_where_it_stands(
    tmp_path: Path, tiers: str, field: str, reason: str
) -> None:
    text = edited(("forbidden: [burn]", f"tiers: {tiers}\nforbidden: [burn]"))
    finding = only(checked(tmp_path, text))
    assert (finding.line, finding.field, reason in finding.reason) == (6, field, True)


def test_a_tier_that_does_not_exist_is_an_unknown_model(tmp_path: Path) -> None:
    text = edited((f"model: {MODEL}", "model: huge"))
    finding = only(checked(tmp_path, text))
    assert (finding.field, "the contract's `tiers`" in finding.instead) == (
        "states.plan.model",
        True,
    )


def test_a_verifier_that_is_the_planner_is_a_warning(tmp_path: Path) -> None:
    tiers = f"tiers: {{large: {MODEL}, verifier: {MODEL}}}\nforbidden: [burn]"
    finding = only(checked(tmp_path, edited(("forbidden: [burn]", tiers))))
    assert (finding.field, finding.severity) == ("tiers.verifier", "warning")


@pytest.mark.parametrize("tiers", ["tiers: 7", "tiers: [a]", "tiers: {a: [b]}"])
def test_misshapen_tiers_are_findings_and_no_crash(tmp_path: Path, tiers: str) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(edited(("forbidden: [burn]", f"{tiers}\nforbidden: [burn]")))
    assert {finding.line for finding in check(file, AROUND).errors} == {6}
