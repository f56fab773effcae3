"""A workflow that waits for its retriever, of which no pool is deployed at first."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from streams.core.calls import GRACE_MS
from streams.settings import Settings
from tests.deployments import CODEC, Deployment

if TYPE_CHECKING:
    from schemas.records import Decision, IntakeEvent, LedgerBlock

CONTRACT = """\
workflow: patient
version: 1
max_run_usd_micros: 100
objectives: {{latency_p95_ms: 1000}}
forbidden: []
success: [all_steps_done]
prices_usd_micros: {{shelf: 50}}
states:
  retrieval: {{calls: 1, retrievers: [shelf], timeout_ms: {timeout_ms}, act_limit_ms: 600}}
  verify: {{checks: [all_steps_done]}}
"""
RETRIEVERS = """\
RETRIEVERS = {"shelf": "Nothing."}


def open_retriever(settings):
    raise AssertionError("nothing that is due is still to be read")
"""
TIMEOUT_MS = 4_400
WITHOUT_POOLS = ("worker", "gateway")
EVENT: IntakeEvent = {
    "event_id": "e-1",
    "workspace": "acme",
    "user_id": "ann",
    "workflow": "patient",
    "intent": None,
    "customer_tier": "standard",
    "region": "eu",
    "occurred_at_ms": 1,
    "request": "hello",
}


def patient_settings(settings: Settings, home: Path, timeout_ms: int = TIMEOUT_MS) -> Settings:
    """The settings with this workflow alone."""
    folder = home / f"flows_{uuid4().hex}" / "patient"  # imported once, so told apart
    folder.mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT.format(timeout_ms=timeout_ms))
    (folder / "retrievers.py").write_text(RETRIEVERS)
    return settings.model_copy(update={"workflows_dir": folder.parent})


def deadline_ms(timeout_ms: int = TIMEOUT_MS) -> int:
    """When a call is given up, after it was made."""
    return timeout_ms + 600 + GRACE_MS


async def until(deployment: Deployment, rule: str) -> None:
    """Wait until the ledger holds a decision by this rule."""
    async with asyncio.timeout(30):
        while rule not in {decision["rule"] for decision in await decided(deployment)}:
            deployment.raise_failures()


async def decided(deployment: Deployment) -> list[Decision]:
    """All decisions on the ledger."""
    blocks = [CODEC.decode("ledger_block", value) for value in await deployment.records("ledger")]
    return [d for block in blocks for d in cast("LedgerBlock", block)["decisions"]]
