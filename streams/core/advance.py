"""Carry a run on from where it stands: ask the state, pass the gate, emit a call or move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core import calls, runs, tables
from streams.core.draft import Draft
from streams.core.gate import Admitted, Refusal, Situation, admit
from streams.core.graph import END, LAST_RESORT, follow
from streams.core.states import Absorbed, Answer, Move, State, View
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import FinalOutcome, RunState

REFUSALS_IN_A_ROW = 64
"""A state that is refused this often without a call or a move ends its run: it would never end."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Carries runs on; knows the state modules and nothing of topics or time."""

    states: Mapping[str, State]

    def enter(
        self, draft: Draft, workflow: Workflow, run: RunState, state: str, now_ms: int
    ) -> None:
        """The run arrives at `state`."""
        visits = {**run["visits"], state: run["visits"].get(state, 0) + 1}
        self.onward(draft, workflow, {**run, "visits": visits}, state, now_ms)

    def onward(
        self,
        draft: Draft,
        workflow: Workflow,
        run: RunState,
        state: str,
        now_ms: int,
        attempt: int = 1,
    ) -> None:
        """Go on in `state` until a call is emitted or the run moves."""
        for _ in range(REFUSALS_IN_A_ROW):
            view = view_of(draft, workflow, run)
            step = self.states[state].proceed(view)
            if isinstance(step, Move):
                self._move(draft, workflow, step, state, now_ms)
                return
            verdict = _within_calls(run, workflow, attempt) or admit(
                step, situation(draft, workflow, run, state, now_ms)
            )
            if isinstance(verdict, Admitted):
                calls.emit(draft, view, calls.Asked(state, step, attempt), verdict, now_ms)
                return
            draft.reason = f"{verdict.rule}: {verdict.reason}"
            answer = Answer(call_id="", status="rejected", error=draft.reason)
            run = keep(draft, self.states[state].absorb(view, answer))
            attempt = 1
        raise RuntimeError(f"state {state} asked for {REFUSALS_IN_A_ROW} refused calls in a row")

    def _move(self, draft: Draft, workflow: Workflow, move: Move, state: str, now_ms: int) -> None:
        draft.transition = move.transition
        draft.rule = draft.rule or f"{state}.{move.transition}"
        target = follow(state, move.transition)
        if target == END:
            runs.finish(draft, move.run, _final(move.run), now_ms)
            return
        run = move.run
        if run["visits"].get(target, 0) >= workflow.contract.policy(target).visits:
            reason = f"state {target} was visited as often as the contract allows"
            draft.reason = draft.reason or reason
            run = {**run, "error": run["error"] or reason}
            target = LAST_RESORT
        runs.travel(draft, run, target)


def view_of(draft: Draft, workflow: Workflow, run: RunState) -> View:
    """The run as a state sees it in this draft."""

    def evidence(hash_hex: str) -> bytes:
        content: bytes = draft.get(tables.EVIDENCE, runs.evidence_key(run, hash_hex))
        return content

    return View(run, workflow, evidence)


def situation(
    draft: Draft, workflow: Workflow, run: RunState, state: str, now_ms: int
) -> Situation:
    """What the gate needs to decide a call of this run."""
    return Situation(
        workflow, state, runs.owner(run), now_ms, lambda key: draft.get(tables.BUDGET, key)
    )


def keep(draft: Draft, absorbed: Absorbed) -> RunState:
    """Put what a state has absorbed into the evidence table; returns the run."""
    for hash_hex, content in absorbed.evidence.items():
        draft.put(tables.EVIDENCE, runs.evidence_key(absorbed.run, hash_hex), content)
    return absorbed.run


def _within_calls(run: RunState, workflow: Workflow, attempt: int) -> Refusal | None:
    """A run makes at most as many calls as its contract's states allow together."""
    policies = workflow.contract.states.values()
    limit = sum(policy.calls * policy.visits for policy in policies)
    if attempt > 1 or run["calls"] < limit:
        return None
    return Refusal("calls", f"the run has made {limit} calls, all that its contract allows")


def _final(run: RunState) -> FinalOutcome:
    return "failed" if run["outcome"] == "open" else run["outcome"]
