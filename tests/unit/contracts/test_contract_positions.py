"""YAML with lines: every value as plain loading gives it, and where it stands."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agents.contracts.positions import read

TEXT = """\
# a comment
first: 1
list:
  - a
  - {name: b,
     deep: [x, y]}
last:
"""


def test_every_key_and_item_has_its_line() -> None:
    lines = read(TEXT).lines
    assert lines["first",] == 2
    assert lines["list", 0] == 4
    assert lines["list", 1, "name"] == 5
    assert lines["list", 1, "deep", 1] == 6
    assert lines["last",] == 7


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    document = read(TEXT)
    assert document.line(("list", 1, "missing", 3)) == 5
    assert document.line(("nothing",)) == 2


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(values)
def test_the_value_is_what_plain_loading_gives(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    document = read(text)
    assert document.value == yaml.safe_load(text)
    assert document.faults == ()


def test_a_key_that_stands_twice_is_a_fault_with_both_lines() -> None:
    document = read("a: 1\nb: 2\na: 3\n")
    (fault,) = document.faults
    assert document.value == {"a": 1, "b": 2}
    assert fault.place == ("a",)
    assert fault.reason == "stands twice, on lines 1 and 3"


def test_keys_are_text_as_they_are_written() -> None:
    assert read("on: 1\n5: 2\nnull: 3\n").value == {"on": 1, "5": 2, "null": 3}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1\nb: 2\n", "is not YAML"),
        ("a: 1\n---\nb: 2\n", "is not YAML"),
        ("a: \x00", "is not YAML"),
        ("a: *nobody\n", "is not YAML"),
        ("a: !strange 1\n", "cannot be read"),
        ("a: 2026-13-45\n", "cannot be read"),
        ("a: &b\n  c: *b\n", "contains itself"),
        ("? [x]\n: 1\n", "has a key that is no name"),
    ],
)
def test_what_cannot_be_read_is_a_fault_and_no_exception(text: str, reason: str) -> None:
    (fault,) = read(text).faults
    assert fault.reason.startswith(reason)
    assert fault.instead


def test_an_alias_that_does_not_contain_itself_is_fine() -> None:
    document = read("a: &tools [x, y]\nb: *tools\n")
    assert document.value == {"a": ["x", "y"], "b": ["x", "y"]}
    assert document.faults == ()


def test_an_empty_file_holds_nothing_and_is_no_broken_yaml() -> None:
    assert read("").value is None
    assert not read("").unreadable
