"""Intake: a typed request is as it must be, or the run ends before it costs anything."""

from __future__ import annotations

from agents.runs.changes import changed
from schemas.errors import NonConforming
from streams.core.states import Absorbed, Answer, Move, View


class Intake:
    """Lets an admitted run in."""

    name = "intake"

    def proceed(self, view: View) -> Move:
        """On to retrieval, or to the end with what is wrong with the request."""
        wrong = _wrong(view)
        if wrong is None:
            return Move("accepted", view.run)
        rejected = changed(view.run, outcome="rejected", error=wrong)
        return Move("rejected", rejected, wrong)

    def absorb(self, view: View, answer: Answer) -> Absorbed:  # noqa: ARG002
        """Intake makes no calls."""
        return Absorbed(view.run)


def _wrong(view: View) -> str | None:
    """What keeps a typed request from being one; plain words are for a model, if there is one."""
    form = view.workflow.form
    if form is None:
        return None
    try:
        steps = form.steps(view.run["request"])
    except NonConforming as error:
        return f"request: {error}"
    if steps is None and view.policy("plan").model is None:
        return f"request: is no JSON object; write one with {form.names}"
    return None
