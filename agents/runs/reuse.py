"""Steps whose result the run already has: they are not paid for again.

A read may serve once more while nothing was written after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import orjson

from agents.runs.changes import changed
from agents.runs.handles import arguments_of
from streams.core.ladder.rungs import REUSE

if TYPE_CHECKING:
    from schemas.records import PlanStep, RunState
    from streams.core.states import View

RUNG = f"execute.{REUSE}"


def with_reuse(view: View, run: RunState) -> RunState:
    """The run with the planned steps done that repeat a read, as far as no write comes first."""
    known: dict[tuple[str, str], PlanStep] = {}
    plan: list[PlanStep] = []
    for step in run["plan"]:
        asked = (step["tool"], orjson.dumps(arguments_of(view, step)).decode())
        if step["status"] == "planned" and asked in known:
            step = _again(step, known[asked])  # noqa: PLW2901  the step as it goes on
        plan.append(step)
        if not _reads(view, step):
            known.clear()
        elif step["status"] == "done":
            known[asked] = step
    if plan == run["plan"]:
        return run
    return changed(run, plan=plan, rungs=[*dict.fromkeys([*run["rungs"], RUNG])])


def _again(step: PlanStep, earlier: PlanStep) -> PlanStep:
    served = {name: earlier[name] for name in ("status", "call_id", "result_hash")}
    return cast("PlanStep", {**step, **served})


def _reads(view: View, step: PlanStep) -> bool:
    call_type = view.workflow.call_types.get(("tool", step["tool"]))
    return call_type is not None and call_type.reads
