"""Recorded requests, and a desk that performs their steps on a store."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

import orjson
from sqlalchemy import delete, select

import workflows.retail_support
from agents.tools.spec import CallContext
from schemas.derive import conform
from schemas.errors import ToolRefusal
from workflows.retail_support.recorded import as_recorded
from workflows.retail_support.records import Images
from workflows.retail_support.store import database, open_store, writing
from workflows.retail_support.store.tables import WRITES
from workflows.retail_support.toolbox import RetailToolbox
from workflows.retail_support.tools import TOOLS

WORKFLOW = Path(workflows.retail_support.__file__).parent
DATA = WORKFLOW / "data"
ARGUMENTS = {spec.name: spec.arguments for spec in TOOLS}

Outcome = tuple[Any, str | None]
"""What a step gave: a recorded result or an error."""


@cache
def recorded_requests() -> list[dict[str, Any]]:
    """The 500 requests with their steps."""
    lines = (WORKFLOW / "evals" / "requests.jsonl").read_bytes().splitlines()
    return [orjson.loads(line) for line in lines]


def independent_requests() -> list[dict[str, Any]]:
    """Those of which no two touch the same order or the same changed customer."""
    ids = set((WORKFLOW / "evals" / "independent.txt").read_text().split())
    return [request for request in recorded_requests() if request["id"] in ids]


@cache
def recorded_store() -> dict[str, Any]:
    """The store as it is in the files."""
    names = ("orders", "products", "users")
    return {name: orjson.loads((DATA / f"{name}.json").read_bytes()) for name in names}


def context(key: str, run_id: str) -> CallContext:
    """The context of a call."""
    return CallContext(run_id, "workspace", "user", f"call of {key}", key, 0)


class Desk:
    """The toolbox on one store, and the store itself to look at."""

    def __init__(self, store_url: str) -> None:
        self.store_url = store_url
        self.store = open_store(store_url)
        self._toolbox = RetailToolbox(self.store)
        self._engine = database.connect(store_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._toolbox.close()
        self._engine.dispose()

    def call(
        self, tool: str, arguments: Mapping[str, Any], key: str = "key", run_id: str = "run"
    ) -> Outcome:
        """Perform one call."""
        conforming = conform(ARGUMENTS[tool], arguments)
        try:
            result = self._toolbox.perform(tool, conforming, context(key, run_id))
        except ToolRefusal as refusal:
            return None, str(refusal)
        return as_recorded(result), None

    def work(self, request: Mapping[str, Any]) -> list[Outcome]:
        """Perform a request's steps in order."""
        return [
            self.call(step["tool"], step["arguments"], f"{request['id']}/{n}", request["id"])
            for n, step in enumerate(request["steps"])
        ]

    def entries(self) -> list[dict[str, Any]]:
        """The log of writes, in order."""
        with self.store.snapshot() as connection:
            rows = connection.execute(select(WRITES).order_by(WRITES.c.sequence))
            return [row._asdict() for row in rows]

    def wind_back(self) -> None:
        """Undo everything in the log, the last write first, and forget it."""
        entries = self.entries()
        with database.writer(self._engine).begin() as connection:
            for entry in reversed(entries):
                writing.save(connection, conform(Images, entry["before"]))
            connection.execute(delete(WRITES))


def expected(request: Mapping[str, Any]) -> list[Outcome]:
    """What a request's steps must give."""
    return [(step["result"], step["error"]) for step in request["steps"]]
