"""Which questions are open, from the changes of the runs table and from the tables themselves."""

from __future__ import annotations

from streams.core.approvals.open_questions import OpenQuestions, open_questions_of
from tests.unit.approvals.desk import decide, refunding


def test_a_question_is_open_from_when_it_is_asked_until_it_is_answered() -> None:
    journey = refunding(4_500)
    found = OpenQuestions()
    found.note(journey.drafts[-1].changes)
    assert (len(found), found.oldest_s(journey.now_ms + 1_500)) == (1, 1.5)
    decide(journey)
    found.note(journey.drafts[-1].changes)
    assert (len(found), found.oldest_s(journey.now_ms)) == (0, 0)


def test_after_a_fold_those_of_the_tables_are_open() -> None:
    journey = refunding(4_500)
    assert len(open_questions_of(journey.fold.tables)) == 1
    decide(journey)
    assert len(open_questions_of(journey.fold.tables)) == 0
