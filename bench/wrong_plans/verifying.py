"""A scripted verifier behind the interface of a model.

It knows the recorded steps, so it shows what disagreement does, and the most that any verifier
could stop; how often a real model would disagree, it does not show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from bench.retail_desk import Model, planning
from bench.wrong_plans.mutating import Plan
from streams.core.contract import Contract

if TYPE_CHECKING:
    from schemas.records import ModelRequest
    from streams.core.workflow import Workflow

_PLANNED = re.compile(r"<planned tool='([^']+)'>(.*)</planned>")
VERIFIER = "gpt-4.1"


def with_verifier(workflow: Workflow) -> Workflow:
    """The workflow with a verifier model before its writes."""
    held: dict[str, Any] = workflow.contract.model_dump(mode="json", exclude_none=True)
    execute = {**held["states"]["execute"], "model": VERIFIER, "prompt": "verify"}
    states = {**held["states"], "execute": execute}
    changed = {**held, "states": states, "max_run_usd_micros": 100 * held["max_run_usd_micros"]}
    contract = Contract.model_validate_json(orjson.dumps(changed))
    types = dict(workflow.call_types)
    types["model", VERIFIER] = types["model", contract.policy("plan").model or ""]
    return replace(workflow, contract=contract, call_types=types)


def knowing(recorded: Plan, plan: Plan) -> Model:
    """A model that plans `plan` and, as a verifier, agrees with `recorded` alone."""
    plans = planning(plan)

    def answers(request: ModelRequest) -> Mapping[str, Any]:
        if request["answer_schema"] != "verdict":
            return plans(request)
        shown = [
            {"tool": tool, "arguments": orjson.loads(arguments)}
            for tool, arguments in _PLANNED.findall(request["context"])
        ]
        agrees = shown == recorded
        return {"agrees": agrees, "problems": [] if agrees else ["the request asks otherwise"]}

    return answers
