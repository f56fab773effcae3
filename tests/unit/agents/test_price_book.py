"""The price book: what is wrong with one is told with line, field, reason and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.prices import checked, price_book
from schemas.errors import PriceBookError

FILE = Path("book.yaml")
SOUND = """\
version: "1"
models:
  m:
    input_usd_micros_per_million: 400000
    output_usd_micros_per_million: 1600000
"""
INPUT = "models.m.input_usd_micros_per_million"
RATE = "write a whole number of micro-USD for a million tokens, 1 to 10000000000"


def told(text: str) -> list[str]:
    with pytest.raises(PriceBookError) as raised:
        checked(text, FILE)
    return str(raised.value).splitlines()


def test_a_sound_book_is_read() -> None:
    book = checked(SOUND, FILE)
    assert book.models["m"].rates == {"input": 400_000, "output": 1_600_000}


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        ("-1", "should be greater than or equal to 1; -1 came"),
        ("0", "should be greater than or equal to 1; 0 came"),
        ("10000000001", "should be less than or equal to 10000000000; 10000000001 came"),
        (".nan", "should be a valid integer"),
        (".inf", "should be a valid integer"),
        ("0.5", "should be a valid integer"),
        ("'400000'", 'should be a valid integer; "400000" came'),
        ("true", "should be a valid integer; true came"),
        ("null", "should be a valid integer; null came"),
    ],
)
def test_a_rate_that_is_none_is_refused(came: str, reason: str) -> None:
    (line,) = told(SOUND.replace("400000", came))
    assert line.startswith(f"book.yaml:4: error: {INPUT}: ")
    assert reason in line
    assert line.endswith(RATE)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"    {INPUT[9:]}: 400000\n", "", f"book.yaml:3: error: {INPUT}: is missing; add it: a w"),
        ('version: "1"\n', "", "book.yaml:1: error: version: is missing; add it: a version of"),
        ('"1"', '"of today"', "book.yaml:1: error: version: String should match"),
        ("input_usd", "inputs_usd", "no such field; did you mean input_usd_micros_per_million?"),
        ("    output", "    counter: guess\n    output", "should be one of: none; "),
        ("models:", "model:", "model: no such field; did you mean models?"),
        ("  m:", "  m: 7\n  n:", "book.yaml:3: error: models.m: should be an object"),
        ("    output", f"    {INPUT[9:]}: 1\n    output", "stands twice, on lines 4 and 5"),
        (SOUND, "version: '1'\nmodels: {}\n", "models: Dictionary should have at least 1 item"),
        ("    output", "    valid_until: soon\n    output", "a day such as 2026-12-31"),
        (
            "    output",
            "    valid_from: 2026-12-02\n    valid_until: 2026-12-01\n    output",
            "models.m: should not end before it begins",
        ),
        (SOUND, "- 1", "book.yaml:1: error: the file: should be an object"),
        (SOUND, "models: [", "is not YAML"),
    ],
)
def test_whatever_is_wrong_is_told_where_it_stands(old: str, new: str, expected: str) -> None:
    assert old in SOUND
    assert expected in "\n".join(told(SOUND.replace(old, new, 1)))


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(told(SOUND.replace("400000", "0").replace("1600000", "-1"))) == 2


def test_the_pinned_book_is_sound_and_every_model_has_a_bound_at_its_dearest() -> None:
    book = price_book()
    claude = book.models["claude-haiku-4-5"].rates
    assert max(claude.values()) > claude["cached_write"] > claude["input"] > claude["cached_read"]
    assert book.worst_case_usd_micros("claude-haiku-4-5", 10**6, 0) >= claude["cached_write"]


def test_days_of_validity_are_read_and_change_the_name_of_a_book_only_where_they_stand() -> None:
    days = "    valid_until: 2026-12-31\n    output"
    dated = checked(SOUND.replace("    output", days), FILE)
    assert str(dated.models["m"].valid_until) == "2026-12-31"
    assert dated.name != checked(SOUND, FILE).name
    assert price_book().name.startswith(f"{price_book().version}+")
