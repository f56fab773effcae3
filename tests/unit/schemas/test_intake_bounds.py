"""What an intake event may hold."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.bounds import YEAR_2100_MS
from schemas.catalogue import catalogue
from schemas.errors import NonConforming
from schemas.examples import cases, example
from schemas.intake import IntakeBounds, conforming_intake

EVENT = example("intake_event", "typical")
TEXT = {"event_id": 128, "user_id": 128, "workflow": 64, "intent": 64, "customer_tier": 32}
TEXT |= {"region": 32, "workspace": 64, "request": 16_000}


def test_a_conforming_event_comes_back_as_it_was() -> None:
    assert conforming_intake(EVENT) == EVENT


def test_the_bounds_name_every_field_of_the_contract() -> None:
    fields = [field["name"] for field in catalogue().current["intake_event"].definition["fields"]]
    assert list(IntakeBounds.model_fields) == fields


@pytest.mark.parametrize("case", [case for name, case in cases() if name == "intake_event"])
def test_every_example_conforms(case: str) -> None:
    conforming_intake(example("intake_event", case))


@pytest.mark.parametrize(("field", "longest"), TEXT.items())
def test_text_may_have_from_one_to_the_most_characters(field: str, longest: int) -> None:
    for length in (1, longest):
        assert conforming_intake({**EVENT, field: "x" * length})
    for length in (0, longest + 1):
        with pytest.raises(NonConforming) as raised:
            conforming_intake({**EVENT, field: "x" * length})
        assert raised.value.field == field
        assert f"str of length {length} came" in raised.value.reason


def test_characters_are_counted_not_bytes() -> None:
    assert conforming_intake({**EVENT, "event_id": "漢" * 128, "request": "🚲" * 16_000})


@pytest.mark.parametrize("field", ["event_id", "user_id", "workflow", "intent", "region"])
@pytest.mark.parametrize("character", ["\0", "\n", "\x1b", "\x7f", "\u202e", "\u2028"])
def test_identifiers_have_no_unprintable_character(field: str, character: str) -> None:
    with pytest.raises(NonConforming, match=f"{field}: String should have no control or unprint"):
        conforming_intake({**EVENT, field: f"a{character}b"})


@pytest.mark.parametrize("workspace", ["a b", "a\n", "é", "a/b", "a|b", ""])
def test_a_workspace_is_made_of_plain_characters(workspace: str) -> None:
    with pytest.raises(NonConforming, match=r"workspace: .*\[A-Za-z0-9._-\]\{1,64\}"):
        conforming_intake({**EVENT, "workspace": workspace})


def test_a_request_may_have_lines() -> None:
    assert conforming_intake({**EVENT, "request": "one\n\ttwo"})


@pytest.mark.parametrize("moment", [0, -1, YEAR_2100_MS, 2**63 - 1])
def test_a_moment_outside_our_times_is_refused(moment: int) -> None:
    with pytest.raises(NonConforming, match=f"occurred_at_ms: Input should be .*; {moment} came"):
        conforming_intake({**EVENT, "occurred_at_ms": moment})


@pytest.mark.parametrize("moment", [1, YEAR_2100_MS - 1])
def test_a_moment_of_our_times_conforms(moment: int) -> None:
    assert conforming_intake({**EVENT, "occurred_at_ms": moment})


@pytest.mark.parametrize("field", ["workflow", "intent"])
def test_workflow_and_intent_may_be_unknown(field: str) -> None:
    assert conforming_intake({**EVENT, field: None})


@pytest.mark.parametrize(
    ("field", "value", "came"),
    [
        ("region", None, "None"),
        ("user_id", 7, "7"),
        ("occurred_at_ms", "1", "str of length 1"),
        ("occurred_at_ms", 1.5, "1.5"),
        ("occurred_at_ms", True, "True"),
        ("request", b"x", "bytes of length 1"),
        ("intent", ["a"], "list of length 1"),
        ("surprise", "x", "str of length 1"),
    ],
)
def test_nothing_is_coerced_or_ignored(field: str, value: Any, came: str) -> None:
    with pytest.raises(NonConforming, match=f"^{field}: .*; {came} came$"):
        conforming_intake({**EVENT, field: value})


@pytest.mark.parametrize("field", EVENT)
def test_no_field_may_be_missing(field: str) -> None:
    with pytest.raises(NonConforming, match=f"^{field}: Field required; nothing came$"):
        conforming_intake({name: value for name, value in EVENT.items() if name != field})


def test_what_a_person_wrote_is_not_repeated_in_the_error() -> None:
    with pytest.raises(NonConforming) as raised:
        conforming_intake({**EVENT, "user_id": "mara@example.org\n"})
    assert "mara" not in str(raised.value)
