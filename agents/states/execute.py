"""Execute: the plan's steps, one tool call after another; a refused one does not end the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from agents.runs.changes import changed, with_error
from agents.runs.evidence import kept
from agents.runs.reuse import with_reuse
from streams.core.states import Absorbed, Answer, Ask, Move, View

if TYPE_CHECKING:
    from schemas.records import PlanStep, RunState


class Execute:
    """Performs planned steps in order."""

    name = "execute"

    def proceed(self, view: View) -> Ask | Move:
        """The next step, or on to verification, or back for more of the plan."""
        run = with_reuse(view, view.run)
        step = _next(view, run)
        if step is None:
            done = "executed" if run["plan_complete"] else "more_to_plan"
            return Move(done, _without_skipped(run))
        number = run["plan"].index(step) + 1
        arguments = orjson.loads(step["arguments_json"])
        return Ask("tool", step["tool"], arguments, f"step {number} of the plan")

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Mark the step; keep its result as evidence."""
        run = with_reuse(view, view.run)
        step = _next(view, run)
        if step is None:
            return Absorbed(run)
        if answer.status != "done":
            error = answer.error
            refused = _marked(run, step, answer, status="refused", error=error)
            return Absorbed(with_error(changed(run, plan=refused), error))
        if answer.result is None:  # a person's word that it was done, and no more
            return Absorbed(changed(run, plan=_marked(run, step, answer, status="done")))
        content = orjson.dumps(answer.result.model_dump(mode="json"))
        piece = (f"call:{answer.call_id}", "result", content)
        absorbed = kept(run, [piece], answer.payload_hash)
        result_hash = absorbed.run["evidence"][-1]["content_hash"]
        plan = _marked(run, step, answer, status="done", result_hash=result_hash)
        return Absorbed(changed(absorbed.run, plan=plan), absorbed.evidence)


def _next(view: View, run: RunState) -> PlanStep | None:
    skipped = view.skipped(Execute.name)
    left = (step for step in run["plan"] if step["status"] == "planned")
    return next((step for step in left if step["tool"] not in skipped), None)


def _without_skipped(run: RunState) -> RunState:
    """Steps that are left over when the run moves on are those that were to be skipped."""
    skip = {"status": "skipped", "error": "skipped: it is optional, and money is short"}
    plan = [{**step, **skip} if step["status"] == "planned" else step for step in run["plan"]]
    return changed(run, plan=plan)


def _marked(run: RunState, step: PlanStep, answer: Answer, **fields: Any) -> list[Any]:
    at = run["plan"].index(step)
    marked = {**step, "call_id": answer.call_id or None, **fields}
    return [*run["plan"][:at], marked, *run["plan"][at + 1 :]]
