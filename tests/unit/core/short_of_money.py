"""Runs that are short of money, and operators who change that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas.control import KINDS
from schemas.records import RunEntry
from streams.core import tables
from streams.core.approvals.people import Approvers
from tests.builders import CODEC, MODEL, NOON_MS, states, workflow
from tests.unit.core.journey import Journey

DAY_CAP = {"scope": "user", "window": "day"}
LEADS = Approvers.model_validate_json('{"people": [{"id": "lea", "roles": ["lead"]}]}')
ROOMY = 2_000_000
READ = 10
"""What the retrieval before the plan costs."""


def journey(*rungs: dict[str, Any], cap: int = ROOMY, **execute: Any) -> Journey:
    """Runs of a workflow with this ladder, under a cap of the user's day."""
    caps = [{**DAY_CAP, "usd_micros": cap}]
    held = states(execute={"optional": ["look"], **execute}, plan={"max_output_tokens": 1_000})
    flow = workflow(ladder=list(rungs), caps=caps, states=held)
    return Journey(replace(flow, approvers=LEADS))


def quote_of_plan(**changes: Any) -> int:
    """What the planning call holds when nothing is short."""
    held = journey(**changes)
    held.start()
    return held.until_call(MODEL)["reserved_usd_micros"]


def command(**said: Any) -> bytes:
    """An operator's command."""
    record: dict[str, Any] = {
        "command_id": "c-1",
        "workspace": "acme",
        "who": "fay",
        "why": "launch",
        "issued_at_ms": NOON_MS,
        **dict.fromkeys(KINDS),
        **said,
    }
    if record["switch"] is not None:
        record["switch"] = {"workflow": None, "state": None, **record["switch"]}
    return CODEC.encode("control_command", record)


def cap_command(usd_micros: int | None, **changes: Any) -> bytes:
    setting = {**DAY_CAP, "owner": "*", "time_zone": "UTC", "name": None, "usd_micros": usd_micros}
    return command(cap=setting, **changes)


def runs_of(held: Journey) -> list[RunEntry]:
    """All entries of runs."""
    return [entry for _, entry in held.fold.tables.items(tables.RUNS)]


def rungs_of(held: Journey) -> list[str]:
    """All that were taken, as the ledger tells them."""
    return [rung for draft in held.drafts for rung in draft.decision["rungs"]]
