"""`tollway budget explain`: every call of a run, and a sum that is the outcome's."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.sources import container
from streams.sources.record import SourceRecord
from tests.builders import CODEC, plan, result, workflow
from tests.unit.approvals.desk import refunded
from tests.unit.approvals.test_doubts import late
from tests.unit.budget.told import (
    decided,
    export_blocks,
    exported,
    give_up,
    waiting_for,
)
from tests.unit.core.journey import Journey
from tollway.budget.explanation import Explanation
from tollway.cli import main

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Decision

STATUSES = ["done", "refused", "failed", "in_doubt", "expired", "rejected"]


def explain(name: str, export: Path, *options: str) -> Result:
    words = ["budget", "explain", name, "--export", str(export), *options]
    return CliRunner().invoke(main, words)


def explained(journey: Journey) -> Explanation:
    found = Explanation(CODEC)
    for each in decided(journey):
        found.take(each)
    return found.close()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_calls_come_to_settlements_and_outcome_are_equal(data: st.DataObject) -> None:
    def answering(call: Call) -> CallResult:
        cost = data.draw(st.integers(0, 2 * call["reserved_usd_micros"]))
        return result(call, data.draw(st.sampled_from(STATUSES)), cost_usd_micros=cost)

    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan("look", "stamp", "send")))
    outcome = journey.finish(answering)
    found = explained(journey)

    assert found.wrong == []
    assert found.settled_usd_micros == found.told_usd_micros == outcome["spent_usd_micros"]
    assert found.total("settle", "violation") == found.told_usd_micros
    assert all(call.quote_usd_micros == call.total("reserve") for call in found.every_call)


def test_a_call_that_was_given_up_costs_its_quote_and_a_late_answer_corrects_it_after_the_end(
    tmp_path: Path,
) -> None:
    journey, call = waiting_for("send")
    give_up(journey)
    told = journey.finish()["spent_usd_micros"]
    journey.answer(result(call, cost_usd_micros=40))
    ended = explain("e-1", exported(journey, tmp_path))

    (line,) = (line for line in ended.stdout.splitlines() if " tool send " in line)
    assert ended.exit_code == 0
    assert line.split()[-5:] == ["$0.000300", "$0.000300", "-", "$-0.000260", "$0.000040"]
    assert f"The outcome says {told} micro-USD" in ended.stdout
    assert "Corrected since by -260." in ended.stdout


def test_what_was_billed_above_a_reservation_is_told_and_is_part_of_the_sum(tmp_path: Path) -> None:
    journey, call = waiting_for("send")
    journey.answer(result(call, cost_usd_micros=350))
    journey.finish()
    ended = explain("e-1", exported(journey, tmp_path))

    (line,) = (line for line in ended.stdout.splitlines() if " tool send " in line)
    assert ended.exit_code == 0
    assert line.split()[-5:] == ["$0.000300", "$0.000300", "$0.000050", "-", "$0.000350"]


def test_an_answer_that_withdraws_a_question_corrects_past_the_run() -> None:
    """A person was asked about a call in doubt when its answer came after all."""
    journey, call = late()
    journey.answer(refunded(call, cost_usd_micros=40))
    outcome = journey.finish(refunded)
    found = explained(journey)

    assert found.wrong == []
    assert found.told_usd_micros == found.settled_usd_micros == outcome["spent_usd_micros"]
    assert found.total("correct") < 0


def test_an_open_run_is_told_as_far_as_it_is(tmp_path: Path) -> None:
    journey, call = waiting_for("send")
    ended = explain(call["run_id"][:9], exported(journey, tmp_path))

    assert ended.exit_code == 0
    assert "still open" in ended.stdout
    assert "The run is open: 20 micro-USD are settled so far" in ended.stdout
    assert "waiting" in ended.stdout


def test_what_was_refused_for_want_of_money_is_told(tmp_path: Path) -> None:
    journey = Journey(workflow(max_run_usd_micros=60))
    journey.start()
    journey.finish()
    ended = explain("e-1", exported(journey, tmp_path))

    assert "Refused" in ended.stdout
    assert "budget: tiny-model may cost" in ended.stdout


def cheaper_settlement(decision: dict[str, Any]) -> None:
    for spend in decision["spend"]:
        spend["amount_usd_micros"] -= spend["entry"] == "settle"


def dearer_reservation(decision: dict[str, Any]) -> None:
    for spend in decision["spend"]:
        spend["amount_usd_micros"] += spend["entry"] == "reserve"


def settled_twice(decision: dict[str, Any]) -> None:
    decision["spend"] += [s for s in decision["spend"] if s["entry"] == "settle"]


def never_settled(decision: dict[str, Any]) -> None:
    decision["spend"] = [s for s in decision["spend"] if s["entry"] != "settle"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cheaper_settlement, "its calls were settled at"),
        (dearer_reservation, "was quoted"),
        (settled_twice, "is settled a second time"),
        (never_settled, "is still held and its run has ended"),
    ],
)
def test_a_run_that_does_not_add_up_fails_and_says_where(
    spoil: Any, said: str, tmp_path: Path
) -> None:
    journey = Journey()
    journey.start()
    journey.finish()
    decisions: list[Any] = [copy.deepcopy(draft.decision) for draft in journey.drafts]
    entry = "reserve" if spoil is dearer_reservation else "settle"
    where = next(n for n, d in enumerate(decisions) if entry in {s["entry"] for s in d["spend"]})
    spoil(decisions[where])
    ended = explain("e-1", export_blocks(tmp_path, _typed(decisions), journey.now_ms))

    assert ended.exit_code == 1
    assert said in ended.stdout
    if spoil is not dearer_reservation:
        assert f"ledger/0 offset {where} index 0" in ended.stdout


def _typed(decisions: list[Any]) -> list[Decision]:
    return decisions


def test_a_name_of_no_run_says_where_to_look(tmp_path: Path) -> None:
    ended = explain("nonesuch", exported(waiting_for("send")[0], tmp_path))

    assert ended.exit_code == 1
    assert "see 'tollway runs'" in ended.stderr


def test_a_name_of_several_runs_lists_them(tmp_path: Path) -> None:
    journey = Journey()
    for number in (1, 2):
        journey.start(event_id=f"e-{number}")
    ended = explain("", exported(journey, tmp_path))

    assert ended.exit_code == 1
    assert "2 runs are called" in ended.stderr


def test_a_ledger_with_a_record_missing_is_not_added_up(tmp_path: Path) -> None:
    journey, _ = waiting_for("send")
    folder = exported(journey, tmp_path)
    source = folder / "ledger" / "0.avro"
    source.unlink()
    container.append(source, [SourceRecord("ledger", 0, 1, 1, None, b"x", ())])
    ended = explain("e-1", folder)

    assert ended.exit_code == 1
    assert "offset 0 was to come here" in ended.stderr
