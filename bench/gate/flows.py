"""The retail workflow with other caps, with a ladder, and with a rule that asks people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
import yaml

from agents.calltypes import call_types
from agents.contracts.tiers import resolved
from agents.workflows import CONTRACT_FILE, WorkflowFolder
from bench.workloads.governed import WORKFLOW_DIR
from schemas.codec import Codec
from streams.core.contract import Contract
from streams.core.workflow import Workflow

CODEC = Codec()
PLENTY_USD_MICROS = 10**12
LADDER = [
    {"rung": "summarized_context", "max_prompt_bytes": 8000, "at_percent": 70},
    {"rung": "smaller_output", "max_output_tokens": 400, "at_percent": 80},
    {"rung": "cheaper_model", "model": "gpt-4.1-nano", "at_percent": 90},
    {"rung": "pause", "hours": 24},
]
ASKS = [
    {
        "name": "large_cancellations",
        "tools": ["get_order_details", "cancel_pending_order"],
        "when": {"field": "order_id", "one_of": ["#W9999999"]},
        "role": "support_lead",
    }
]
"""Looked at for every call of these tools, and never due."""


def with_caps(count: int) -> Workflow:
    """Retail's own, with so many caps in all: that of the run, and others that never bind."""
    return _changed(caps=_caps()[: count - 1])


def with_ladder() -> Workflow:
    """Four caps, and a ladder of which no rung is due."""
    return _changed(caps=_caps()[:3], ladder=LADDER)


def with_approvals() -> Workflow:
    """Four caps, and a rule on approvals that every tool call is held against."""
    return _changed(caps=_caps()[:3], approvals=ASKS)


def _caps() -> list[dict[str, Any]]:
    scopes = ("user", "workspace", "tool")
    windows = ("day", "month", "hour")
    plain = [{"scope": scope, "window": window} for window in windows for scope in scopes]
    return [{**cap, "usd_micros": PLENTY_USD_MICROS} for cap in plain]


def _changed(**changes: Any) -> Workflow:
    text = (WORKFLOW_DIR / CONTRACT_FILE).read_text("utf-8")
    given: Mapping[str, Any] = {**yaml.safe_load(text), **changes}
    contract = Contract.model_validate_json(orjson.dumps(resolved(given)))
    types = call_types(CODEC, contract, WorkflowFolder(WORKFLOW_DIR).tools())
    return replace(_retail(), contract=contract, call_types=types)


@cache
def _retail() -> Workflow:
    return WorkflowFolder(WORKFLOW_DIR).load(CODEC)
