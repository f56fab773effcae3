"""Carry a run on from where it stands: ask the state, pass the gate, emit a call or move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core import calls, pausing, runs
from streams.core.approvals import questions
from streams.core.approvals.questions import Question
from streams.core.closing import Ending
from streams.core.control import levers
from streams.core.gate import admit
from streams.core.graph import END, LAST_RESORT, follow
from streams.core.ladder.choosing import BUDGET, next_rung
from streams.core.ladder.taking import Pause, instead, taken
from streams.core.routing.paths import on_path
from streams.core.slices import deciding
from streams.core.slices.deciding import Wanting
from streams.core.states import Answer, Ask, Move, State
from streams.core.verdicts import Admitted, Refusal, Situation, Verdict
from streams.core.visit import Visit

if TYPE_CHECKING:
    from schemas.records import FinalOutcome, RunState

REFUSALS_IN_A_ROW = 64
"""A state that is refused this often without a call or a move ends its run: it would never end."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Carries runs on; knows the state modules and nothing of topics or time."""

    states: Mapping[str, State]

    def enter(self, visit: Visit, run: RunState) -> None:
        """The run arrives."""
        visits = {**run["visits"], visit.state: run["visits"].get(visit.state, 0) + 1}
        if visit.workflow.contract.paths and not run["path"]:
            run = on_path(run, visit.situation(run, attempt=1))
        self.onward(visit, {**run, "visits": visits, "visit_calls": 0})

    def answer(self, visit: Visit, run: RunState, answer: Answer) -> None:
        """The state takes in the answer to its call, and the run goes on."""
        self.onward(visit, self._absorbed(visit, run, answer))

    def onward(self, visit: Visit, run: RunState, attempt: int = 1) -> None:
        """Go on until a call is emitted, the run waits for a person or for money, or it moves.

        An operator's lever ends the run before it goes on, or lets it wait before a call.
        A rung of the ladder that is due makes the call another, cheaper one.
        """
        ended = levers.ending(visit.draft, run)
        if ended is not None:
            _end(visit, run, ended.ending)
            return
        for _ in range(REFUSALS_IN_A_ROW):
            step = self.wanted(visit, run)
            if isinstance(step, Move):
                _move(visit, step)
                return
            situation = visit.situation(run, attempt)
            decided = _decided(run, step, situation, attempt)
            lever = levers.holding(visit.draft, run, step.name)
            if lever is not None and may_come_true(decided):
                levers.hold(visit, run, lever, attempt)
                return
            rung = next_rung(step, decided, situation)
            verdict = decided if rung is None else instead(rung, step, decided, situation)
            if rung is not None:
                visit.draft.rungs.append(rung.label(visit.state))
                run, before = taken(run, rung, visit.state), run
                if verdict is decided and run is not before:
                    continue
            if not isinstance(verdict, Refusal):
                _wait(visit, run, calls.Asked(step, attempt), verdict)
                return
            visit.draft.refusals.append(verdict)
            visit.draft.reason = f"{verdict.rule}: {verdict.reason}"
            run = self._absorbed(visit, run, Answer("", "rejected", error=visit.draft.reason))
            attempt = 1
        raise RuntimeError(
            f"state {visit.state} asked for {REFUSALS_IN_A_ROW} refused calls in a row"
        )

    def wanted(self, visit: Visit, run: RunState) -> Ask | Move:
        """What the state wants next; nothing comes of it."""
        return self.states[visit.state].proceed(visit.view(run))

    def _absorbed(self, visit: Visit, run: RunState, answer: Answer) -> RunState:
        return visit.keep(self.states[visit.state].absorb(visit.view(run), answer), run)


def _wait(
    visit: Visit, run: RunState, asked: calls.Asked, verdict: Admitted | Question | Pause | Wanting
) -> None:
    """The run stays until its call is answered, a person has spoken, or there may be money."""
    if isinstance(verdict, Admitted):
        calls.emit(visit, run, asked, verdict)
    elif isinstance(verdict, Question):
        questions.ask(visit, run, verdict, asked.attempt)
    elif isinstance(verdict, Wanting):
        deciding.wait(visit, run, verdict, asked.attempt)
    else:
        pausing.pause(visit, run, verdict.rung, verdict.refusal, asked.attempt)


def may_come_true(verdict: Verdict) -> bool:
    """Whether the call may happen, now or later; what the contract refuses never will."""
    return not isinstance(verdict, Refusal) or verdict.rule == BUDGET


def _end(visit: Visit, run: RunState, ending: Ending) -> None:
    """An operator ends the run before its next step; it waits for nothing."""
    visit.draft.rule, visit.draft.reason = f"{visit.state}.ended", ending.why
    run = {**run, "error": run["error"] or ending.why}
    contract = visit.workflow.contract
    runs.finish(visit.draft, run, ending.outcome, visit.now_ms, contract)


def _decided(run: RunState, ask: Ask, situation: Situation, attempt: int) -> Verdict:
    return _within_calls(run, situation, attempt) or admit(ask, situation)


def _within_calls(run: RunState, at: Situation, attempt: int) -> Refusal | None:
    """A visit makes at most as many calls as its state allows; another attempt is no other call."""
    limit = at.policy.calls
    if attempt > 1 or run["visit_calls"] < limit:
        return None
    return Refusal("calls", f"state {at.state} has made {limit} calls, all that one visit may make")


def _move(visit: Visit, move: Move) -> None:
    draft, run = visit.draft, move.run
    draft.transition = move.transition
    draft.rule = draft.rule or f"{visit.state}.{move.transition}"
    draft.reason = draft.reason or move.reason
    target = follow(visit.state, move.transition)
    if target == END:
        runs.finish(draft, run, _final(run), visit.now_ms, visit.workflow.contract)
    elif run["visits"].get(target, 0) < visit.workflow.contract.policy(target).visits:
        runs.travel(draft, run, target)
    else:
        reason = f"state {target} was visited as often as the contract allows"
        draft.reason = draft.reason or reason
        runs.travel(draft, {**run, "error": run["error"] or reason}, LAST_RESORT)


def _final(run: RunState) -> FinalOutcome:
    return "failed" if run["outcome"] == "open" else run["outcome"]
