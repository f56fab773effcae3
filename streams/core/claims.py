"""Rule 5 of the ledger: a pool acts on a call only after its claim was accepted.

The pool's journal is a chained stream like the ledger, and these are its decisions. A call is
claimed in one block; its answer is recorded in a later one, which forwards it to the workers.
A claim that is found without an answer after a fold, and that is not running here, is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import RecordError
from streams.core import dead_letters, tables
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.inputs import LOCAL, Input, local
from streams.core.results import blank_result

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, ClaimEntry


@dataclass(frozen=True, slots=True)
class Finished:
    """A local fact: an act ended, or a claim was found in doubt."""

    call: Call
    result: CallResult


@dataclass(frozen=True, slots=True)
class Claims:
    """Decides a pool's inputs: calls to claim and acts that ended."""

    codec: Codec
    kind: str
    worker: str
    partition: int

    @property
    def topics(self) -> tuple[str, ...]:
        """The calls topic of this pool."""
        return (f"calls.{self.kind}",)

    @property
    def entry(self) -> str:
        """None: what may begin here is bounded by the acts under way."""
        return ""

    def decide(self, fold: Fold, source: Input, now_ms: int) -> Draft:
        """The sealed decision that `source` leads to."""
        draft = Draft(self.codec, source, fold.tables)
        draft.state = f"pool.{self.kind}"
        if source.topic == LOCAL:
            self._answer(draft, source.fact)
            return draft.seal()
        try:
            self._claim(draft)
            return draft.seal().bounded()
        except RecordError as error:
            letter = dead_letters.letter(source, error, self.worker, self.partition, now_ms)
            return dead_letters.refuse(draft, letter, now_ms).seal()

    def after_fold(self, fold: Fold, running: Iterable[str], now_ms: int) -> list[Input]:
        """Claims that no act here will answer are in doubt."""
        alive = set(running)
        entries = [cast("ClaimEntry", entry) for _, entry in fold.tables.items(tables.CLAIMS)]
        return [
            local(Finished(entry["call"], _doubt(entry["call"], self.worker, now_ms)))
            for entry in entries
            if entry["call"]["call_id"] not in alive
        ]

    def _claim(self, draft: Draft) -> None:
        call = cast("Call", self.codec.decode("call", draft.source.value))
        _describe(draft, call)
        if draft.get(tables.CLAIMS, _key(call)) is not None:
            draft.rule = "call.claimed_before"
            return
        draft.rule = "call.claimed"
        draft.put(tables.CLAIMS, _key(call), {"call": call, "claimed_by": self.worker})
        draft.acts.append(call)

    def _answer(self, draft: Draft, finished: Finished) -> None:
        call = finished.call
        _describe(draft, call)
        if draft.get(tables.CLAIMS, _key(call)) is None:
            draft.rule = "call.answered_before"
            return
        draft.rule = f"call.{finished.result['status']}"
        draft.reason = finished.result["error"]
        draft.put(tables.CLAIMS, _key(call), None)
        draft.emit("call.results", call["workspace"], "call_result", finished.result)


def unanswered(call: Call, worker: str, now_ms: int) -> CallResult:
    """A result without a result: the caller fills in how the call ended."""
    blank = blank_result(call["call_id"], call["run_id"], call["workspace"])
    return {**blank, "pool": worker, "finished_at_ms": now_ms}


def _doubt(call: Call, worker: str, now_ms: int) -> CallResult:
    return {
        **unanswered(call, worker, now_ms),
        "status": "in_doubt",
        "error": "the pool stopped after it had claimed the call; whether it acted is unknown",
        "cost_usd_micros": call["reserved_usd_micros"],
    }


def _describe(draft: Draft, call: Call) -> None:
    draft.run_id, draft.workspace = call["run_id"], call["workspace"]
    draft.workflow = call["workflow"]


def _key(call: Call) -> str:
    return tables.key(call["workspace"], call["call_id"])
