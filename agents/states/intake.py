"""Intake: a run without a workflow is routed, and a typed request is as it must be.

The customer's words are never read as an answer: rules look for phrases in them, and only what
the model's pool has answered counts as the model's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from agents.models.answers import Route, parse
from agents.runs.changes import changed, with_error
from agents.runs.prompting import ask_model
from schemas.errors import NonConforming, RecordError
from streams.core.routing.router import AskModel, Routed, Router, Unrouted
from streams.core.states import Absorbed, Answer, Ask, Move, View

if TYPE_CHECKING:
    from schemas.records import RunState
    from streams.core.workflow import Workflow


class Intake:
    """Lets an admitted run in."""

    name = "intake"

    def proceed(self, view: View) -> Ask | Move:
        """On to retrieval, to a person, or to the end with what is wrong with the request."""
        run, router = view.run, view.workflow.router
        if run["error"] is not None:
            return Move("unrouted", run, run["error"])
        if router is None:
            return _accepted(view.workflow, run, "")
        decided = router.decide(run)
        if isinstance(decided, Unrouted):
            return _unrouted(run, decided)
        if isinstance(decided, AskModel):
            return self._ask(view, router, decided)
        return _routed(run, decided)

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """The model's word on intent and risk; whatever is none of those leads to a person."""
        run, router = view.run, view.workflow.router
        if router is None:
            return Absorbed(run)
        if answer.status != "done":
            return Absorbed(with_error(run, f"routing: {answer.error}"))
        try:
            route = parse(Route, answer.result["answer_json"])
        except RecordError as error:
            reason = f"routing: the model's answer does not conform: {error}"
            return Absorbed(with_error(run, reason))
        told = router.told(run, route.intent, route.risk)
        if isinstance(told, Unrouted):
            return Absorbed(_for_a_person(run, told))
        return Absorbed(told)

    def _ask(self, view: View, router: Router, asked: AskModel) -> Ask:
        meanings = {name: router.intents[name] for name in asked.intents}
        return ask_model(view, self.name, "route", orjson.dumps(meanings).decode())


def _routed(run: RunState, routed: Routed) -> Move:
    chosen = changed(run, workflow=routed.workflow.name, intent=routed.intent)
    return _accepted(routed.workflow, chosen, f"routed {routed.why}, risk {run['risk']}")


def _unrouted(run: RunState, unrouted: Unrouted) -> Move:
    told = _for_a_person(run, unrouted)
    return Move("unrouted", told, told["error"] or "")


def _for_a_person(run: RunState, unrouted: Unrouted) -> RunState:
    reason = f"routing: {unrouted.reason}"
    return changed(with_error(run, reason), answer=unrouted.question or run["answer"])


def _accepted(workflow: Workflow, run: RunState, why: str) -> Move:
    wrong = _wrong(workflow, run)
    if wrong is None:
        return Move("accepted", run, why)
    return Move("rejected", changed(run, outcome="rejected", error=wrong), wrong)


def _wrong(workflow: Workflow, run: RunState) -> str | None:
    """What keeps a typed request from being one; plain words are for a model, if there is one."""
    form = workflow.form
    if form is None:
        return None
    try:
        steps = form.steps(run["request"])
    except NonConforming as error:
        return f"request: {error}"
    if steps is None and workflow.contract.policy("plan").model is None:
        return f"request: is no JSON object; write one with {form.names}"
    return None
