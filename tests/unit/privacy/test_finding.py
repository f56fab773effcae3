"""What is taken for personal data or a secret, and what is not."""

from __future__ import annotations

import time

import pytest

from agents.privacy.finding import find, kinds_in
from agents.privacy.scrubbing import scrubbed
from tests.unit.privacy.planted import PLANTED, sentence

EACH = [(kind, value) for kind, values in PLANTED.items() for value in values]


@pytest.mark.parametrize(("kind", "value"), EACH)
def test_each_kind_is_found_whole_within_a_sentence(kind: str, value: str) -> None:
    text = sentence(kind, value)
    assert [(text[s.start : s.end], s.kind) for s in find(text)] == [(value, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "Return #W6067464 via credit_card_4190576: item 9624127908, gift_card_7252634",
        "tracking 674931187716, order of 2024-11-24 10:30:00 or 01-02-2024 10, zip 19031",
        "run 5e02a1c9d4f84b0c9a7d6e1f3b2c8d90, event 1764005000123, 1764005000123456",
        "card 4111 1111 1111 1112 fails its check digit, and so does DE88370400440532013000",
        "the password is incorrect; forgot my password: please reset it",
        "omar_anderson_3203 at 845 Willow Lane, Suite 906, costs 100 200 3000 or $1,982.03",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert kinds_in(text) == []


def test_values_that_overlap_become_one() -> None:
    text = "https://jane:pass4word@example.com/?token=sk-abcdefghijklmnopqrst1234"
    assert [text[s.start : s.end] for s in find(text)] == [
        "pass4word@example.com",
        "sk-abcdefghijklmnopqrst1234",
    ]


@pytest.mark.parametrize(
    "hostile",
    ["1 ", "a", "a@", "sk-", "eyJ", "+1 ", "AB12 ", "password ", "-----BEGIN PRIVATE KEY-----"],
)
def test_the_longest_request_takes_no_long_time_whatever_it_holds(hostile: str) -> None:
    began = time.process_time()
    scrubbed((hostile * 16_000)[:16_000])
    assert time.process_time() - began < 1.0
