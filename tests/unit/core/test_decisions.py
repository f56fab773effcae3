"""A decision is a pure function: the same input, tables and time give the same decision."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from streams.core import tables
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.inputs import Input
from tests.builders import CODEC, plan, result
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import CallResult


class Watched(Journey):
    """Decides everything twice, and sees that nothing but the draft has changed."""

    def decide(self, source: Input) -> Draft:
        before, drafts = deepcopy(list(self.fold.tables)), self.drafts
        decisions = [self.engine.decide(self.fold, source, self.now_ms).decision for _ in range(2)]
        assert decisions[0] == decisions[1]
        assert list(self.fold.tables) == before
        draft = super().decide(source)
        assert draft.decision == decisions[0]
        assert drafts[-1] is draft
        self.see_what_a_reader_sees()
        return draft

    def see_what_a_reader_sees(self) -> None:
        """What is noted equals what its bytes on the ledger decode to."""
        reader = Fold(CODEC)
        for draft in self.drafts:
            reader.apply(draft.decision)
        assert list(reader.tables) == list(self.fold.tables)
        assert (reader.positions, reader.marks) == (self.fold.positions, self.fold.marks)


def eventful(journey: Journey) -> Any:
    """A run with a retry, a refusal, two turns of planning, and a broken record beside it."""
    journey.start()
    journey.take("state.plan", b"garbage")
    journey.answer(result(journey.calls.popleft(), "failed"))
    answers: list[CallResult] = []
    first = journey.until_call("tiny-model")
    answers.append(result(first, answer=plan("look", "burn", "stamp", complete=False)))
    journey.answer(answers[0])
    journey.start(number=2)
    journey.answer(answers[0])
    return journey.finish()


def test_decisions_are_repeatable_and_change_no_table() -> None:
    journey = Watched()
    eventful(journey)
    assert len(journey.outcomes) == 2
    assert journey.fold.tables.items(tables.EVIDENCE) == []


def test_the_same_inputs_lead_two_workers_to_the_same_state() -> None:
    one, other = Journey(), Journey()
    eventful(one)
    eventful(other)
    assert [draft.decision for draft in one.drafts] == [draft.decision for draft in other.drafts]
    assert list(one.fold.tables) == list(other.fold.tables)


def test_another_time_is_another_decision() -> None:
    early, late = Journey(), Journey()
    late.now_ms += 1
    assert early.start().decision != late.start().decision
