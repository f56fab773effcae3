"""Wrong plans of recorded requests have no effect, and right ones are not stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bench.wrong_plans import report
from bench.wrong_plans.mutating import CHANGED, DOUBLED, SKIPPED
from bench.wrong_plans.trying import Trial


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    trial = Trial(tmp_path_factory.mktemp("desk"))
    yield trial.run(3)
    trial.close()


def test_no_right_plan_is_stopped(found: dict[str, Any]) -> None:
    assert (found["requests"], found["right_plans_stopped"]) == (3, [])


def test_only_known_classes_are_counted(found: dict[str, Any]) -> None:
    assert found["classes"].keys() <= {*CHANGED, DOUBLED, SKIPPED}


@pytest.mark.parametrize("name", report.MUST_BE_STOPPED)
def test_what_contradicts_the_request_is_stopped_by_a_check(
    found: dict[str, Any], name: str
) -> None:
    row = found["classes"][name]
    assert row["stopped"] == row["mutants"] > 0


def test_a_skipped_step_is_noticed_before_the_answer_leaves(found: dict[str, Any]) -> None:
    assert found["classes"][SKIPPED]["passed"] == 0


def test_in_few_words_code_stops_no_other_variant_and_a_verifier_that_knows_does(
    found: dict[str, Any],
) -> None:
    name = "subtly different item: another variant"
    assert found["in_few_words"][name]["stopped"] == 0
    verified = found["in_few_words_with_verifier"][name]
    assert verified["stopped"] == verified["mutants"]


def test_the_report_fails_when_a_class_falls_short(found: dict[str, Any]) -> None:
    assert report.holds(found)
    name = report.MUST_BE_STOPPED[0]
    short = {**found["classes"][name], "before_the_effect": 0.98}
    assert not report.holds({**found, "classes": {**found["classes"], name: short}})
    assert not report.holds({**found, "right_plans_stopped": ["train-000"]})
