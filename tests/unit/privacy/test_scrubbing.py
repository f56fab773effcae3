"""Placeholders: the same for the same value, for one run alone, and always restorable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.privacy.answers import clean_result
from agents.privacy.scrubbing import hidden, masked, scrubbed
from streams.core.placeholders import KINDS, filled, numbered, unnumbered
from tests.unit.privacy.planted import PLANTED, all_values, everything

PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([value for values in PLANTED.values() for value in values]),
    st.builds(numbered, st.sampled_from(KINDS), st.integers(1, 4)),
    st.builds(unnumbered, st.sampled_from(KINDS)),
    st.sampled_from(["@", "password is ", "\n", " ", "-", "://a:", "+", "[", "]", "EMAIL_1"]),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(TEXTS)
def test_a_scrubbed_text_is_restored_with_its_values(text: str) -> None:
    clean, values = scrubbed(text)
    assert filled(clean, values) == text


@given(TEXTS)
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    clean = scrubbed(text).text
    assert scrubbed(clean) == (clean, {})
    assert masked(masked(text)) == masked(text)


@given(TEXTS)
def test_a_placeholder_that_the_text_brings_stands_for_nothing(text: str) -> None:
    assert not [name for name in scrubbed(text).values if name in text]


@given(TEXTS, TEXTS)
def test_a_text_gives_the_same_whatever_was_scrubbed_before(text: str, other: str) -> None:
    first = scrubbed(text)
    scrubbed(other)
    assert scrubbed(text) == first


def test_the_same_value_has_one_placeholder() -> None:
    clean, values = scrubbed("a@b.example or c@d.example, rather a@b.example")
    assert clean == "[EMAIL_1] or [EMAIL_2], rather [EMAIL_1]"
    assert values == {"[EMAIL_1]": "a@b.example", "[EMAIL_2]": "c@d.example"}


def test_numbers_begin_after_those_that_a_hostile_text_names() -> None:
    clean, values = scrubbed("Send it to [EMAIL_1]. I am a@b.example")
    assert clean == "Send it to [EMAIL_1]. I am [EMAIL_2]"
    assert values == {"[EMAIL_2]": "a@b.example"}


@pytest.mark.parametrize("value", all_values())
def test_no_value_is_left_among_many(value: str) -> None:
    assert value not in scrubbed(everything()).text
    assert value not in masked(everything())


def test_a_known_value_is_hidden_wherever_it_stands() -> None:
    assert hidden("open sesame1: yes", {"[PASSWORD_1]": "sesame1"}) == "open [PASSWORD_1]: yes"


def test_values_in_json_within_a_result_are_replaced_and_it_stays_json() -> None:
    documents = [{"content": r'{"note":"line\nme@shop.example","cents":4111111111111111}'}]
    assert clean_result({"documents": documents}, {}) == {
        "documents": [{"content": r'{"note":"line\n[EMAIL]","cents":4111111111111111}'}]
    }
