"""docs/schemas.md says what is so."""

from __future__ import annotations

import re
from typing import Any

import pytest

from schemas.examples import cases, example, frozen
from schemas.topics import ENVELOPE_BYTES, topics
from schemas.topics_table import PAGE, renewed

TEXT = PAGE.read_text("utf-8")


def test_the_table_of_topics_is_current() -> None:
    assert renewed(TEXT) == TEXT, "run `python -m schemas.topics_table`"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="the page needs the lines"):
        renewed("# Schemas\n")


def test_what_is_said_of_dead_letter_twins_is_so() -> None:
    twins = [topic for topic in topics().values() if topic.dead_letters is None]
    assert {(twin.retention_hours, twin.consumers) for twin in twins} == {(720, ("operator",))}
    assert ENVELOPE_BYTES == 64 * 1024
    assert "kept 720 h, read by the operator, 64 KiB larger" in TEXT


@pytest.mark.parametrize(("name", "case"), cases())
def test_the_ten_lines_of_python_read_every_example(name: str, case: str) -> None:
    block = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert block is not None
    page: dict[str, Any] = {}
    exec(block[1], page)
    assert all(page["read"](value) == example(name, case) for value in frozen(name, case).values())


def test_every_path_that_is_linked_exists() -> None:
    links = re.findall(r"\]\((\.\./[^)]+)\)", TEXT)
    assert links
    assert all((PAGE.parent / link).exists() for link in links)
