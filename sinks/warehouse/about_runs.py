"""Rows about runs: how they began, what was checked, how they ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson

from sinks.warehouse.decided import Decided, Row, version_columns, when
from streams.core import tables

INTAKE, VERIFY = "state.intake", "verify"


def run_starts(decided: Decided) -> Iterator[Row]:
    """The run that an intake event began; an event that is known begins none."""
    if decided.decision["input_topic"] != INTAKE or not decided.decision["changes"]:
        return
    run = _run_of(decided)
    if run is not None:
        yield {
            **decided.place,
            "run_id": run["run_id"],
            "event_id": run["event_id"],
            "workspace": run["workspace"],
            "user_id": run["user_id"],
            "workflow": run["workflow"] or None,
            "intent": run["intent"] or None,
            "customer_tier": run["customer_tier"],
            "region": run["region"],
            "request": run.get("request"),
            "received_at": when(run["received_at_ms"]),
            **version_columns(run["versions"]),
        }


def _run_of(decided: Decided) -> Mapping[str, Any] | None:
    """The run as it travels on, waits, or ends at once."""
    for schema in ("run_state", "outcome"):
        for _, run in decided.emitted(schema):
            return cast("Mapping[str, Any]", run)
    for change in decided.decision["changes"]:
        if change["table"] == tables.RUNS and change["value"] is not None:
            entry = tables.decode(decided.codec, tables.RUNS, change["value"])
            return cast("Mapping[str, Any] | None", entry["run"])
    return None


def outcomes(decided: Decided) -> Iterator[Row]:
    """How runs ended."""
    for place, outcome in decided.emitted("outcome"):
        yield {
            **place,
            "run_id": outcome["run_id"],
            "intent": outcome["intent"] or None,
            "outcome": outcome["outcome"],
            "error": outcome["error"],
            "answer": outcome["answer"] or None,
            "citations": outcome["citations"],
            "rungs": outcome["rungs"],
            "spent_usd_micros": outcome["spent_usd_micros"],
            "calls": outcome["calls"],
            "finished_at": when(outcome["finished_at_ms"]),
            "packet": _as_json(outcome["packet"]),
        }


def _as_json(packet: Mapping[str, Any] | None) -> str | None:
    return None if packet is None else orjson.dumps(packet).decode()


def checks(decided: Decided) -> Iterator[Row]:
    """What verification found, where it was found."""
    if decided.decision["state"] != VERIFY:
        return
    for _, run in decided.emitted("run_state"):
        for item, check in enumerate(run["checks"]):
            yield {
                **decided.place,
                "item": item,
                "run_id": run["run_id"],
                "name": check["name"],
                "passed": check["passed"],
                "detail": check["detail"] or None,
                "checked_at": decided.at,
            }
