"""What becomes of a call when a rung is due: a cheaper one, a person's word, a pause, or a no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core.approvals.policy import Persons
from streams.core.approvals.questions import Question, Subject
from streams.core.hashing import content_hash
from streams.core.ladder.choosing import BUDGET, fullness_percent, subject_of
from streams.core.ladder.rungs import Rung
from streams.core.verdicts import Admitted, Refusal, Situation, Verdict

if TYPE_CHECKING:
    from schemas.records import RunState
    from streams.core.states import Ask


@dataclass(frozen=True, slots=True)
class Pause:
    """The run waits for money. `refusal` is what the gate said."""

    rung: Rung
    refusal: Refusal


def taken(run: RunState, rung: Rung, state: str) -> RunState:
    """The run with the rung on its record; the same run when it is there already."""
    if rung.label(state) in run["rungs"]:
        return run
    return {**run, "rungs": [*run["rungs"], rung.label(state)]}


def instead(rung: Rung, ask: Ask, verdict: Verdict, at: Situation) -> Verdict | Pause:
    """What a rung makes of the verdict that does not get cheaper; else the verdict itself."""
    if rung.rung == "pause" and isinstance(verdict, Refusal):
        return Pause(rung, verdict)
    if rung.rung == "ask" and isinstance(verdict, Admitted):
        return _asked(rung, ask, verdict, at)
    return verdict


def _asked(rung: Rung, ask: Ask, verdict: Admitted, at: Situation) -> Question | Refusal:
    about = subject_of(rung, at)
    said_no = at.standing.said_no(about)
    if said_no is not None:
        return Refusal(BUDGET, said_no, "run", verdict.worst_case_usd_micros)
    full = fullness_percent(verdict, at)
    return Question(
        approval_id=at.standing.approval_id(about),
        rule=rung.label(at.state),
        because=f"with this call a cap would be full to {full} %, and the ladder asks from "
        f"{rung.at_percent} % on; yes lets the run go on spending below its caps",
        persons=rung.persons or Persons(role="budget_owner"),
        subject=Subject(
            kind=ask.kind,
            name=ask.name,
            arguments_hash=content_hash(verdict.arguments),
            arguments_json=verdict.call_type.readable(verdict.arguments),
            why=ask.why,
            call_id=at.standing.call_id,
            cost_usd_micros=verdict.worst_case_usd_micros,
        ),
        kind="budget",
    )
