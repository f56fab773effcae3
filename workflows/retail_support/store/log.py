"""The log of writes: what each call did, once, and the answer it gave.

A write takes its place in the log while it holds the customer's row, so any two writes that
could see each other stand in the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from agents.tools.spec import CallContext, ToolSpec
from schemas.derive import conform
from schemas.errors import ToolRefusal
from schemas.strict import StrictModel
from workflows.retail_support.recorded import as_recorded
from workflows.retail_support.records import Images
from workflows.retail_support.store.rules.case import refusal
from workflows.retail_support.store.tables import WRITES

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A write that somebody asks for."""

    spec: ToolSpec
    arguments: StrictModel
    context: CallContext


@dataclass(frozen=True, slots=True)
class Change:
    """What a write decides: its answer, and the records that differ, before and after."""

    result: StrictModel | None = None
    error: str | None = None
    before: Images = field(default_factory=Images)
    after: Images = field(default_factory=Images)


def find(connection: Connection, call: Call) -> Entry | None:
    """The entry under the call's idempotency key.

    Raises ToolRefusal when the key already stands for another call.
    """
    query = select(WRITES).where(WRITES.c.idempotency_key == call.context.idempotency_key)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if (row.tool, row.arguments) != (call.spec.name, _json(call.arguments)):
        raise refusal("this idempotency key was used for another call; use a new one")
    return row._asdict()


def append(connection: Connection, call: Call, change: Change) -> Entry:
    """Write the entry of a call."""
    entry = {
        "idempotency_key": call.context.idempotency_key,
        "tool": call.spec.name,
        "arguments": _json(call.arguments),
        "run_id": call.context.run_id,
        "call_id": call.context.call_id,
        "result": _json(change.result) if change.result is not None else None,
        "error": change.error,
        "before": _json(change.before),
        "after": _json(change.after),
    }
    connection.execute(insert(WRITES), entry)
    return entry


def answer(spec: ToolSpec, entry: Entry) -> StrictModel:
    """The result that an entry holds. Raises the ToolRefusal that it holds instead."""
    if entry["error"] is not None:
        raise ToolRefusal(entry["error"])
    return conform(spec.result, entry["result"])


def of_run(connection: Connection, run_id: str) -> list[Entry]:
    """The entries of one run, in order."""
    query = select(WRITES).where(WRITES.c.run_id == run_id).order_by(WRITES.c.sequence)
    return [row._asdict() for row in connection.execute(query)]


def changed(connection: Connection, run_id: str | None = None) -> dict[str, dict[str, Any]]:
    """By run, the recorded shape of what its writes left different from before its first one.

    A table without a difference is left out, as in the recorded requests.
    """
    first: dict[str, dict[tuple[str, str], Any]] = {}
    last: dict[str, dict[tuple[str, str], Any]] = {}
    query = select(WRITES.c.run_id, WRITES.c.before, WRITES.c.after).order_by(WRITES.c.sequence)
    if run_id is not None:
        query = query.where(WRITES.c.run_id == run_id)
    for run, before, after in connection.execute(query):
        first[run] = {**_flat(before), **first.get(run, {})}
        last[run] = {**last.get(run, {}), **_flat(after)}
    return {run: _different(first[run], last[run]) for run in first}


def _different(first: Mapping[tuple[str, str], Any], last: Mapping[tuple[str, str], Any]) -> Any:
    images: dict[str, dict[str, Any]] = {}
    for (table, key), record in last.items():
        if record != first[table, key]:
            images.setdefault(table, {})[key] = record
    return {table: part for table, part in as_recorded(conform(Images, images)).items() if part}


def _flat(images: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Any]:
    return {(table, key): record for table, part in images.items() for key, record in part.items()}


def _json(model: StrictModel) -> dict[str, Any]:
    return model.model_dump(mode="json")
