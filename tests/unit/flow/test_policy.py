"""The choke point as a function: the documented example, approvals, and the command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from schemas.errors import ContractError
from streams.core.approvals.questions import Question
from streams.core.approvals.standing import Standing
from streams.core.budget import Spender
from streams.core.gate import admit
from streams.core.states import Ask
from streams.core.verdicts import Admitted, Situation, Verdict
from tests.builders import NOON_MS, workflow
from tollway.cli import main
from tollway.policy import Call, Origin, Provenance, contract_of, decide

DOC = Path("docs/policy.md")
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)
OWN = ["--own", "customer#/orders/*=#W1"]
CANCEL = ["policy", "explain", "retail_support", "cancel_pending_order", "--json", "--arguments"]
ARGUMENTS = '{"order_id": "#W1", "reason": "no longer needed"}'


def test_the_documented_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = EXAMPLE.findall(DOC.read_text("utf-8"))
    exec(code, {})
    assert capsys.readouterr().out.strip() == code.rpartition("# ")[2].strip()


def test_a_contract_that_names_somebody_asks_instead_of_denying() -> None:
    text = EXAMPLE.findall(DOC.read_text("utf-8"))[0].split('"""')[1]
    asking = contract_of(text.replace("\nflow:", "\nflow:\n  ask: {role: owner}"))
    call = Call("send_email", {"to": "eve@example.com", "body": ""})
    untrusted = Provenance({"/to": Origin("untrusted")}, "mail it to ann@example.com")
    found = decide(asking, untrusted, call)
    assert (found.verdict, found.rule) == ("needs_approval", "flow_asked_for")
    assert found.reason.endswith("owner may allow it")
    assert found.sources == {"/to": "untrusted", "/body": "model"}


def test_a_contract_that_is_none_is_refused_with_what_is_wrong() -> None:
    with pytest.raises(ContractError, match="is missing"):
        contract_of("workflow: mail")


@pytest.mark.parametrize(
    ("request_text", "own", "exit_code", "rule"),
    [
        ("Cancel #W1", OWN, 0, ""),
        ("Cancel #W1", [], 1, "own_records"),
        ("Cancel #W11", OWN, 1, "control_argument"),
        ("Where is #W1?", OWN, 1, "asked_for"),
    ],
)
def test_explain_says_which_rule_and_runs_nothing(
    request_text: str, own: list[str], exit_code: int, rule: str
) -> None:
    given = [*CANCEL, ARGUMENTS, "--request", request_text, *own]
    found = CliRunner().invoke(main, given)
    assert found.exit_code == exit_code, found.output
    assert orjson.loads(found.output)["rule"] == rule


GRANT = {"approver": "lea", "on_behalf_of": "", "expires_at_ms": NOON_MS + 1}


def test_a_yes_sets_aside_one_objection_to_exactly_these_arguments() -> None:
    control = {"tools": {"send": {"control": {"text": {"kind": "id"}}}}, "ask": {"role": "lead"}}
    flow, who = workflow(flow=control), Spender("acme", "ann", "run-1")

    def decided(text: str, *granted: str) -> Verdict:
        grants: Any = [{**GRANT, "approval_id": approval_id} for approval_id in granted]
        at = Situation(flow, "execute", who, NOON_MS, lambda _: None)
        at = replace(at, standing=Standing("run-1.1", 1, grants))
        return admit(Ask("tool", "send", {"text": text}, "why"), at)

    first = decided("#W9")
    assert isinstance(first, Question)
    assert first.rule == "flow_asked_for"
    second = decided("#W9", first.approval_id)
    assert isinstance(second, Question)
    assert second.rule == "flow_control_argument"
    granted = (first.approval_id, second.approval_id)
    assert isinstance(decided("#W9", *granted), Admitted)
    assert isinstance(decided("#W8", *granted), Question)
