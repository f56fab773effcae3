"""A call was answered: settle its money, then try again or go on with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import NonConforming
from streams.core import accesses, calls, money, overdue, pausing, retry_budget, runs
from streams.core.advance import Advance
from streams.core.approvals import doubts, endings, questions
from streams.core.arrivals import visiting
from streams.core.bounds import clipped
from streams.core.draft import Draft
from streams.core.payloads import with_payload
from streams.core.prices import MOST_USD_MICROS
from streams.core.retry import UNKNOWN_COST, delay_ms, may_retry
from streams.core.retry_budget import Called
from streams.core.slices import deciding
from streams.core.visit import Visit
from streams.core.workflow import CallType, Workflow

if TYPE_CHECKING:
    from schemas.records import CallKind, CallResult, PendingCall, RunEntry, RunState

RESULTS = "call.results"


@dataclass(frozen=True, slots=True)
class _Answered:
    """A waiting run with the answer to its call, which was the call's attempt number `attempt`."""

    run: RunState
    call: Called
    attempt: int
    result: CallResult
    call_type: CallType | None

    def may_retry(self, attempts: int) -> bool:
        return may_retry(
            self.result["status"],
            repeatable=self.call_type is not None and self.call_type.repeatable,
            attempt=self.attempt,
            attempts=attempts,
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """Takes in what pools answer."""

    codec: Codec
    workflows: Mapping[str, Workflow]
    advance: Advance

    def resume(self, draft: Draft, now_ms: int, refusal: str = "") -> None:
        """The run that waits for this call goes on; an answer nobody waits for is noted.

        With a `refusal`, the run is told that in place of the result. Raises PayloadWanted when
        the result is in the store, and PayloadUnavailable when it cannot be had from there.
        """
        result = cast("CallResult", self.codec.decode("call_result", draft.source.value))
        draft.run_id, draft.workspace = result["run_id"], result["workspace"]
        entry = runs.read_entry(draft, result["workspace"], result["run_id"])
        pending = entry["pending"] if entry else None
        if entry is not None and doubts.settled_by(result, entry):
            self._clear_up(draft, entry, _conforming(result), now_ms)
            return
        if entry is None or pending is None or pending["call_id"] != result["call_id"]:
            late = overdue.correct(draft, _conforming(result), now_ms)
            draft.rule = "answer.late" if late else "answer.not_awaited"
            draft.reason = f"no run waits for call {result['call_id']}"
            return
        visit, run = self._visit(draft, entry, now_ms)
        if refusal:
            result = {**result, "status": "rejected", "error": refusal}
        draft.payload_hash = result["payload_hash"]
        draft.rule = f"answer.{result['status']}"
        whole = with_payload(_conforming(result), draft.source)
        self._go_on(visit, run, pending, whole)

    def give_up(self, draft: Draft, entry: RunEntry, now_ms: int) -> None:
        """Nothing was heard of the run's call: it is in doubt, at its full price."""
        visit, run = self._visit(draft, entry, now_ms)
        pending = cast("PendingCall", entry["pending"])
        self._go_on(visit, run, pending, overdue.unheard(run, pending))

    def try_again(self, draft: Draft, entry: RunEntry, now_ms: int) -> None:
        """The delay before the run's next attempt is over, or there may be money for it."""
        visit, run = self._visit(draft, entry, now_ms)
        if entry["phase"] == "paused":
            pausing.take_up(draft, run)
            refused = deciding.take_up(draft, visit.workflow.shared_caps, run, now_ms)
            visit = replace(visit, refused=refused)
        self.advance.onward(visit, run, entry["next_attempt"])

    def _visit(self, draft: Draft, entry: RunEntry, now_ms: int) -> tuple[Visit, RunState]:
        run = cast("RunState", entry["run"])
        return visiting(self.workflows, draft, run, entry["state"], now_ms)

    def _go_on(self, visit: Visit, run: RunState, pending: PendingCall, result: CallResult) -> None:
        visit.draft.accesses.append(accesses.answered(pending, result))
        cost = money.settle(visit.draft, pending, result, visit.now_ms)
        if result["status"] in UNKNOWN_COST:
            contract = visit.workflow.contract
            overdue.remember(visit.draft, run, pending, contract, visit.now_ms)
        run = {**run, "spent_usd_micros": run["spent_usd_micros"] + cost}
        call_type = _call_type(visit, pending["kind"], pending["name"])
        call = Called(pending["kind"], pending["name"])
        answered = _Answered(run, call, pending["attempt"], result, call_type)
        persons = visit.workflow.contract.doubts
        if persons is not None and doubts.needs_a_person(result, call_type):
            doubt = doubts.Doubt(pending, result["error"], self.advance.wanted(visit, run))
            doubts.ask(visit, run, doubt, persons)
        else:
            self._conclude(visit, answered)

    def _clear_up(self, draft: Draft, entry: RunEntry, result: CallResult, now_ms: int) -> None:
        """What a person is asked about is answered after all.

        As with every late answer, its money is corrected on the accounts and not in the run.
        """
        visit, run = self._visit(draft, entry, now_ms)
        overdue.correct(draft, result, now_ms)
        question = questions.question_of(entry)
        endings.overtake(endings.Asking(self.advance, visit, run, entry, question))
        call = Called(question["call_kind"], question["name"])
        call_type = _call_type(visit, *call)
        self._conclude(visit, _Answered(run, call, entry["next_attempt"] - 1, result, call_type))

    def _conclude(self, visit: Visit, answered: _Answered) -> None:
        contract = visit.workflow.contract
        policy = contract.policy(visit.state)
        if not answered.may_retry(policy.attempts):
            self._give(visit, answered.run, answered, answered.result)
            return
        no_more = retry_budget.refusal(visit.draft, answered.run, answered.call, contract)
        if no_more is None:
            retry_budget.take(visit.draft, answered.call, contract)
            self._retry(visit, answered, policy.retry_delay_ms)
        else:
            told = clipped(f"{answered.result['error']}; not tried again: {no_more}")
            self._give(visit, answered.run, answered, {**answered.result, "error": told})

    def _give(self, visit: Visit, run: RunState, answered: _Answered, result: CallResult) -> None:
        self.advance.answer(visit, run, calls.answer_of(result, answered.call_type))

    def _retry(self, visit: Visit, answered: _Answered, first_ms: int) -> None:
        attempt = answered.attempt + 1
        run: RunState = {**answered.run, "retries": answered.run["retries"] + 1}
        wait_ms = delay_ms(answered.result["call_id"], answered.attempt, first_ms)
        if wait_ms == 0:
            self.advance.onward(visit, run, attempt)
        else:
            runs.delay(visit.draft, run, visit.state, visit.now_ms + wait_ms, attempt)


def _call_type(visit: Visit, kind: str, name: str) -> CallType | None:
    return visit.workflow.call_types.get((cast("CallKind", kind), name))


def _conforming(result: CallResult) -> CallResult:
    """`result`, if its cost can be a bill: neither negative nor absurd. Raises NonConforming."""
    cost = result["cost_usd_micros"]
    if not 0 <= cost <= MOST_USD_MICROS:
        raise NonConforming("cost_usd_micros", f"must be 0 to {MOST_USD_MICROS}; {cost} came")
    return result
