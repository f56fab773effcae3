"""Plan: a model turns request and evidence into tool calls, all at once or step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from agents.models.answers import Plan as PlanAnswer
from agents.models.answers import parse
from agents.runs.changes import changed, with_error
from agents.runs.evidence import shown
from agents.runs.prompting import ask_model
from schemas.errors import NonConforming, RecordError
from streams.core.states import Absorbed, Answer, Ask, Move, View

if TYPE_CHECKING:
    from schemas.records import PlanStep, RunState

SHOWN = frozenset({"customer", "order", "product", "policy", "result"})


class Plan:
    """Asks the planning model until it says that the plan is complete."""

    name = "plan"

    def proceed(self, view: View) -> Ask | Move:
        """Plan, unless there are steps to perform or nothing is left to plan.

        A typed request is its own plan. A workflow without a planning model has an empty plan,
        which is carried out as any other.
        """
        run = view.run
        if any(step["status"] == "planned" for step in run["plan"]):
            return Move("planned", run)
        asked = _asked_by_form(view)
        if asked is not None:
            return Move("planned", asked)
        if view.policy(self.name).model is None:
            return Move("planned", changed(run, plan_complete=True))
        if run["plan_complete"]:
            return Move("nothing_to_do", run)
        return ask_model(view, self.name, "plan", shown(view, SHOWN, self.name))

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Add the steps; a plan that fails or is none completes what there is."""
        run = view.run
        if answer.status != "done":
            return Absorbed(changed(with_error(run, answer.error), plan_complete=True))
        try:
            plan = parse(PlanAnswer, answer.result["answer_json"])
            return Absorbed(_with_steps(run, plan))
        except RecordError as error:
            reason = f"the plan does not conform: {error}"
            return Absorbed(changed(with_error(run, reason), plan_complete=True))


def _asked_by_form(view: View) -> RunState | None:
    """The run with the steps of its typed request; None when the request is none."""
    run, form = view.run, view.workflow.form
    try:
        asked = None if form is None else form.steps(run["request"])
    except NonConforming as error:  # intake let it in under an older form
        return changed(with_error(run, f"request: {error}"), plan_complete=True)
    if asked is None:
        return None
    steps = [] if run["plan"] else [_step(*step) for step in asked]
    return changed(run, plan=run["plan"] + steps, plan_complete=True)


def _with_steps(run: RunState, plan: PlanAnswer) -> RunState:
    steps = [_step(step.tool, step.arguments) for step in plan.steps]
    return changed(run, plan=run["plan"] + steps, plan_complete=plan.complete or not steps)


def _step(tool: str, arguments: Any) -> PlanStep:
    try:
        arguments_json = orjson.dumps(arguments).decode()
    except orjson.JSONEncodeError as error:
        raise NonConforming(f"arguments of {tool}", str(error)) from error
    return {
        "tool": tool,
        "arguments_json": arguments_json,
        "status": "planned",
        "call_id": None,
        "result_hash": None,
        "error": None,
    }
