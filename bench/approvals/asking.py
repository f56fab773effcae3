"""The requests of which no two touch the same records, on one store, with a scripted approver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from agents.workflows import WorkflowFolder
from bench.approvals.rules import RULES
from bench.retail_desk import APPROVER, Desk, Person, planning
from schemas.codec import Codec
from streams.core.approvals.people import Approvers
from streams.core.approvals.people import Person as Known
from streams.core.contract import Contract
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import ApprovalQuestion

FOLDER = Path("workflows/retail_support")
PEOPLE = Approvers(people=(Known(id=APPROVER, roles=("support_lead",)),))


def independent(most: int | None = None) -> list[Mapping[str, Any]]:
    """The requests of `independent.txt` without a refused step."""
    names = set((FOLDER / "evals" / "independent.txt").read_text("utf-8").split())
    rows = map(orjson.loads, (FOLDER / "evals" / "requests.jsonl").read_bytes().splitlines())
    chosen = [
        row
        for row in rows
        if row["id"] in names and not any(step["error"] for step in row["steps"])
    ]
    return chosen[:most]


def measured(folder: Path, most: int | None = None) -> dict[str, Any]:
    """By rules: how many questions, and whether each request had exactly its changes."""
    codec, requests = Codec(), independent(most)
    workflow = WorkflowFolder(FOLDER).load(codec)
    return {
        name: _under(Desk(folder, _with(workflow, rules), codec), requests)
        for name, rules in RULES.items()
    }


def _under(desk: Desk, requests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    asked, runs_asking, wrong = 0, 0, []
    for request in requests:
        plan = [{"tool": s["tool"], "arguments": s["arguments"]} for s in request["steps"]]
        ended = desk.run(request, planning(plan), _allowing(request), keep=True)
        asked += ended.asked
        runs_asking += ended.asked > 0
        resolved = ended.outcome["outcome"] == "resolved"
        if not resolved or ended.changed != request["changed"]:
            wrong.append(request["id"])
    desk.close()
    return {
        "requests": len(requests),
        "resolved_with_exactly_their_changes": len(requests) - len(wrong),
        "wrong": wrong,
        "approvals": asked,
        "requests_that_asked": runs_asking,
        "approvals_per_100_requests": round(100 * asked / len(requests), 2),
    }


def _allowing(request: Mapping[str, Any]) -> Person:
    """A person who allows exactly the recorded steps."""

    def says(question: ApprovalQuestion) -> bool:
        arguments = orjson.loads(question["arguments_json"])
        return any(
            step["tool"] == question["name"] and step["arguments"] == arguments
            for step in request["steps"]
        )

    return says


def _with(workflow: Workflow, rules: Sequence[Mapping[str, Any]]) -> Workflow:
    """The workflow under these rules."""
    held = workflow.contract.model_dump(mode="json", exclude_none=True)
    contract = Contract.model_validate_json(orjson.dumps({**held, "approvals": [*rules]}))
    return replace(workflow, contract=contract, approvers=PEOPLE)
