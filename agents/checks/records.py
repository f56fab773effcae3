"""Checks of records: recomputation by SQL, and each change explained by exactly one call."""

from __future__ import annotations

import fnmatch
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from schemas.strict import StrictModel

if TYPE_CHECKING:
    from streams.core.states import View

_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_NOT_PURE: Final = frozenset(
    {"random", "randomblob", "date", "time", "datetime", "julianday", "strftime", "unixepoch"}
)
"""Functions that may answer otherwise next time: a decision must be the same when made again."""
STEPS: Final = 1_000_000
"""Of SQLite's machine, after which a query is given up."""


class Sql(StrictModel):
    """A query over the evidence; each row that it gives is a problem, its first column the words.

    Table `evidence` has `id`, `kind` and `content` (JSON), table `steps` has `tool`, `arguments`
    (JSON) and `status`.
    """

    query: str

    def __call__(self, view: View) -> Iterator[str]:
        """The rows, or why there are none to be had."""
        db = sqlite3.connect(":memory:")
        try:
            _fill(db, view)
            db.set_authorizer(_authorize)
            db.set_progress_handler(lambda: 1, STEPS)
            yield from (str(row[0]) for row in db.execute(self.query))
        except sqlite3.Error as error:
            yield f"the query cannot be answered: {error}"
        finally:
            db.close()


class Reconciled(StrictModel):
    """Before and after: what a logged write changed is what its one call may change.

    Evidence of kind `kind` holds `writes`, each with `tool`, `idempotency_key`, `before`, `after`
    and `error`. `changes` says by tool which paths may differ, as patterns with `*`.
    """

    changes: Mapping[str, tuple[str, ...]]
    kind: str = "write"

    def __call__(self, view: View) -> Iterator[str]:
        """Changes that nothing explains, and calls that stand for more than one write."""
        writes = [write for write in _writes(view, self.kind) if write["error"] is None]
        keys = Counter(write["idempotency_key"] for write in writes)
        yield from (f"{key} stands for {count} writes" for key, count in keys.items() if count > 1)
        made = {(step["call_id"] or "").rpartition(".")[0] for step in view.run["plan"]}
        for write in writes:
            if write["idempotency_key"] not in made:
                yield f"no step of the run made the write {write['idempotency_key']}"
            allowed = self.changes.get(write["tool"], ())
            for path in _differences(write["before"], write["after"]):
                if not any(fnmatch.fnmatchcase(path, pattern) for pattern in allowed):
                    yield f"{write['tool']} changed {path}, which it may not"


def _fill(db: sqlite3.Connection, view: View) -> None:
    """The whole of each piece: a query never works on a part. Raises EvidenceCut."""
    db.execute("CREATE TABLE evidence (id TEXT, kind TEXT, content TEXT)")
    db.execute("CREATE TABLE steps (tool TEXT, arguments TEXT, status TEXT)")
    run = view.run
    pieces = [(p["id"], p["kind"], view.evidence(p["content_hash"])) for p in run["evidence"]]
    rows = [(name, kind, content.decode(errors="replace")) for name, kind, content in pieces]
    steps = [(step["tool"], step["arguments_json"], step["status"]) for step in run["plan"]]
    db.executemany("INSERT INTO evidence VALUES (?, ?, ?)", rows)
    db.executemany("INSERT INTO steps VALUES (?, ?, ?)", steps)
    db.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")  # makes both before the ban


def _authorize(action: int, _: str | None, function: str | None, *__: object) -> int:
    pure = action != sqlite3.SQLITE_FUNCTION or (function or "").lower() not in _NOT_PURE
    return sqlite3.SQLITE_OK if action in _ALLOWED and pure else sqlite3.SQLITE_DENY


def _writes(view: View, kind: str) -> Iterator[Mapping[str, Any]]:
    for piece in view.run["evidence"]:
        if piece["kind"] == kind:
            yield from orjson.loads(view.evidence(piece["content_hash"]))["writes"]


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths at which two values differ; a list differs as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            where = f"{path}.{key}" if path else key
            yield from _differences(before.get(key), after.get(key), where)
    elif before != after:
        yield path
