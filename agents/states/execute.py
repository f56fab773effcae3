"""Execute: the plan's steps, one tool call after another; a refused one does not end the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from agents.runs import before, verdict
from agents.runs.before import Next, records_for, with_records
from agents.runs.changes import changed, with_error
from agents.runs.evidence import kept
from agents.runs.handles import arguments_of, resolved
from agents.runs.reuse import with_reuse
from streams.core.states import Absorbed, Answer, Ask, Move, View

if TYPE_CHECKING:
    from schemas.records import PlanStep, RunState


class Execute:
    """Performs planned steps in order; a write first passes the checks that the contract names."""

    name = "execute"

    def proceed(self, view: View) -> Ask | Move:
        """The next step, or on to verification, or back for more of the plan."""
        run, step, first = _wanted(view)
        if step is None:
            done = "executed" if run["plan_complete"] else "more_to_plan"
            return Move(done, _without_skipped(run))
        number = run["plan"].index(step) + 1
        arguments, provenance = resolved(view, orjson.loads(step["arguments_json"]))
        if first == "read":
            return records_for(view, arguments, number)
        if first == "verdict":
            return verdict.ask(view, run, self.name)
        why = f"step {number} of the plan"
        return Ask("tool", step["tool"], arguments, why, provenance=provenance)

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Mark the step; keep its result as evidence."""
        run, step, first = _wanted(view)
        if step is None:
            return Absorbed(run)
        if first == "verdict":
            return verdict.with_verdict(run, answer, self.name)
        if answer.status != "done":
            unread = "what its checks need could not be read: " if first == "read" else ""
            return Absorbed(_refused(view, run, step, unread + answer.error, answer.call_id))
        if first == "read":
            return with_records(run, answer, run["plan"].index(step) + 1)
        if answer.result is None:  # a person's word that it was done, and no more
            return Absorbed(changed(run, plan=_marked(view, run, step, answer, status="done")))
        content = orjson.dumps(answer.result.model_dump(mode="json"))
        piece = (f"call:{answer.call_id}", "result", content)
        absorbed = kept(run, [piece], answer.payload_hash)
        result_hash = absorbed.run["evidence"][-1]["content_hash"]
        plan = _marked(view, run, step, answer, status="done", result_hash=result_hash)
        return Absorbed(changed(absorbed.run, plan=plan), absorbed.evidence)


def _wanted(view: View) -> tuple[RunState, PlanStep | None, Next]:
    """The run without the steps that may not be made, the next step, and what comes before it."""
    run = with_reuse(view, view.run)
    while (step := _next(view, run)) is not None:
        found = before.first(view, run, step, Execute.name)
        if not isinstance(found, before.Stopped):
            return run, step, found
        run = _refused(view, run, step, found.why, "")
    return run, None, "act"


def _next(view: View, run: RunState) -> PlanStep | None:
    skipped = view.skipped(Execute.name)
    left = (step for step in run["plan"] if step["status"] == "planned")
    return next((step for step in left if step["tool"] not in skipped), None)


def _without_skipped(run: RunState) -> RunState:
    """Steps that are left over when the run moves on are those that were to be skipped."""
    skip = {"status": "skipped", "error": "skipped: it is optional, and money is short"}
    plan = [{**step, **skip} if step["status"] == "planned" else step for step in run["plan"]]
    return changed(run, plan=plan)


def _refused(view: View, run: RunState, step: PlanStep, error: str, call_id: str) -> RunState:
    plan = _marked(view, run, step, Answer(call_id, "refused"), status="refused", error=error)
    return with_error(changed(run, plan=plan), error)


def _marked(view: View, run: RunState, step: PlanStep, answer: Answer, **fields: Any) -> list[Any]:
    """The plan with the step as it went; in the place of handles, the values that were sent."""
    at = run["plan"].index(step)
    given = orjson.dumps(arguments_of(view, step)).decode()
    marked = {**step, "arguments_json": given, "call_id": answer.call_id or None, **fields}
    return [*run["plan"][:at], marked, *run["plan"][at + 1 :]]
