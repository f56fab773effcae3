"""The store's written policy: passages by heading, found by full-text search."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADING = re.compile(r"^#{1,6} +(?P<title>.+)$", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of the policy. `score` is higher for a better match."""

    id: str
    text: str
    score: float = 0.0


class PolicySearch:
    """BM25 over the passages, by SQLite's full-text index in memory. One object a thread."""

    def __init__(self, policy: str) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "CREATE VIRTUAL TABLE passage USING fts5(id UNINDEXED, text, tokenize=porter)"
        )
        rows = [(passage.id, passage.text) for passage in passages(policy)]
        self._db.executemany("INSERT INTO passage VALUES (?, ?)", rows)

    def find(self, query: str, limit: int) -> list[Passage]:
        """The passages that match best, best first; equal scores in order of id."""
        words = sorted({word.lower() for word in _WORD.findall(query)})
        if not words:
            return []
        rows = self._db.execute(
            "SELECT id, text, -bm25(passage) FROM passage WHERE passage MATCH ? "
            "ORDER BY bm25(passage), id LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), limit),
        )
        return [Passage(*row) for row in rows]


def passages(policy: str) -> Iterator[Passage]:
    """The policy's sections, each with its heading; ids come from the headings."""
    marks = [*_HEADING.finditer(policy)]
    ends = [mark.start() for mark in marks[1:]] + [len(policy)]
    for mark, end in zip(marks, ends, strict=True):
        text = policy[mark.start() : end].strip()
        yield Passage(f"policy:{_slug(mark['title'])}", text)


def read_policy(path: Path) -> str:
    """The policy's text."""
    return path.read_text("utf-8")


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
