"""After a failed check: the next remedy that the contract has, or a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.runs.changes import changed, with_error
from streams.core.states import Move, View

if TYPE_CHECKING:
    from schemas.records import Check, RunState


def remedied(view: View, run: RunState, failed: Check) -> Move:
    """The run sent back by its next remedy; escalated when there is none left.

    What was done stays done and stays in the plan; what was refused is planned anew or not at all.
    """
    because = f"{failed['name']}: {failed['detail']}"
    left = view.workflow.contract.remedies[len(run["remedies"]) :]
    if not left or left[0].remedy == "escalate":
        return Move("unverified", with_error(run, because))
    remedy = left[0]
    taken = {"remedy": remedy.label, "because": because}
    again = changed(
        run,
        remedies=[*run["remedies"], taken],
        rungs=[*dict.fromkeys([*run["rungs"], remedy.label])],
        plan=[step for step in run["plan"] if step["status"] == "done"],
        plan_complete=False,
        error=None,
    )
    return Move(remedy.transition, again)


def looks_again(run: RunState) -> str:
    """The id that marks what was read after the remedies so far; empty before any."""
    return f"read:retrieval:{len(run['remedies'])}" if run["remedies"] else ""
