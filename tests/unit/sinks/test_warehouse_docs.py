"""docs/warehouse.md: its questions run, and its tables are the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sinks.warehouse.reading import Reader

TEXT = Path("docs/warehouse.md").read_text("utf-8")
QUESTIONS = re.findall(r"^([^\n`]+)\n\n```sql\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE))
EVERYWHERE = set(re.findall(r"`(\w+)`", TEXT.split("## Tables")[1].split("###")[0]))


@pytest.mark.parametrize(("words", "sql"), QUESTIONS)
def test_every_question_of_the_page_has_an_answer(reader: Reader, words: str, sql: str) -> None:
    answer = reader.ask(sql)

    assert words.rstrip().endswith((".", "?"))
    assert answer.columns


def test_the_page_asks_enough_to_start_from() -> None:
    assert len(QUESTIONS) >= 10


def test_every_table_is_on_the_page(reader: Reader) -> None:
    sql = "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'"

    assert {name for (name,) in reader.ask(sql).rows} == SECTIONS.keys()


@pytest.mark.parametrize("table", SECTIONS)
def test_every_column_is_on_the_page_with_its_type(reader: Reader, table: str) -> None:
    described = {
        name: kind
        for names, kinds in re.findall(r"^\| (`.*?`) \| (.*?) \|", SECTIONS[table], re.MULTILINE)
        for name, kind in _pairs(names, kinds)
    }
    rows = reader.ask(f"DESCRIBE {table}").rows
    there = {row[0]: row[1] for row in rows}

    assert {name: there[name] for name in there.keys() - EVERYWHERE} == described


def _pairs(names: str, kinds: str) -> list[tuple[str, str]]:
    """Several columns in one line have one type each, or one for all."""
    found, types = re.findall(r"`(\w+)`", names), kinds.split(", ")
    return list(zip(found, types if len(types) > 1 else types * len(found), strict=True))


def test_the_questions_find_something_in_a_small_world(reader: Reader) -> None:
    answers = [reader.ask(sql) for words, sql in QUESTIONS if "customer's data" not in words]

    assert sum(bool(answer.rows) for answer in answers) >= len(answers) - 1
