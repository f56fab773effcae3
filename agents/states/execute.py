"""Execute: the plan's steps, one tool call after another; a refused one does not end the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from agents.runs.changes import changed, with_error
from agents.runs.evidence import kept
from streams.core.states import Absorbed, Answer, Ask, Move, View

if TYPE_CHECKING:
    from schemas.records import PlanStep


class Execute:
    """Performs planned steps in order."""

    name = "execute"

    def proceed(self, view: View) -> Ask | Move:
        """The next step, or on to verification, or back for more of the plan."""
        step = _next(view)
        if step is None:
            done = "executed" if view.run["plan_complete"] else "more_to_plan"
            return Move(done, view.run)
        number = view.run["plan"].index(step) + 1
        arguments = orjson.loads(step["arguments_json"])
        return Ask("tool", step["tool"], arguments, f"step {number} of the plan")

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Mark the step; keep its result as evidence."""
        step = _next(view)
        if step is None:
            return Absorbed(view.run)
        if answer.status != "done":
            error = answer.error
            refused = _marked(view, step, answer, status="refused", error=error)
            return Absorbed(with_error(changed(view.run, plan=refused), error))
        if answer.result is None:  # a person's word that it was done, and no more
            return Absorbed(changed(view.run, plan=_marked(view, step, answer, status="done")))
        content = orjson.dumps(answer.result.model_dump(mode="json"))
        piece = (f"call:{answer.call_id}", "result", content)
        absorbed = kept(view.run, [piece], answer.payload_hash)
        result_hash = absorbed.run["evidence"][-1]["content_hash"]
        plan = _marked(view, step, answer, status="done", result_hash=result_hash)
        return Absorbed(changed(absorbed.run, plan=plan), absorbed.evidence)


def _next(view: View) -> PlanStep | None:
    return next((step for step in view.run["plan"] if step["status"] == "planned"), None)


def _marked(view: View, step: PlanStep, answer: Answer, **fields: Any) -> list[Any]:
    at = view.run["plan"].index(step)
    marked = {**step, "call_id": answer.call_id or None, **fields}
    return [*view.run["plan"][:at], marked, *view.run["plan"][at + 1 :]]
