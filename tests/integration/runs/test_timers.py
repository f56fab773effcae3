"""Time passes for runs whose calls nobody answers, on real processes, over a restart too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest

from streams.core.calls import GRACE_MS
from streams.settings import Settings
from tests.deployments import CODEC, Deployment, deployed

if TYPE_CHECKING:
    from schemas.records import Decision, IntakeEvent, LedgerBlock

CONTRACT = """\
workflow: patient
version: 1
max_run_usd_micros: 100
objectives: {latency_p95_ms: 1000}
forbidden: []
success: [all_steps_done]
prices_usd_micros: {shelf: 50}
states:
  retrieval: {calls: 1, retrievers: [shelf], timeout_ms: 4400, act_limit_ms: 600}
  verify: {checks: [all_steps_done]}
"""
RETRIEVERS = """\
RETRIEVERS = {"shelf": "Nothing."}


def open_retriever(settings):
    raise AssertionError("nothing that is due is still to be read")
"""
DEADLINE_MS = 4_400 + 600 + GRACE_MS
LATE_MS = 2_000
"""A timer fires within this of its deadline, while its worker lives: a restart is over by then."""
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


@pytest.fixture
def patient(settings: Settings, tmp_path: Path) -> Settings:
    """A deployment of a workflow that waits for its retriever."""
    folder = tmp_path / f"flows_{uuid4().hex}" / "patient"  # imported once, so told apart
    folder.mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT)
    (folder / "retrievers.py").write_text(RETRIEVERS)
    return settings.model_copy(update={"workflows_dir": folder.parent})


async def test_a_call_without_a_pool_is_given_up_in_time_after_a_restart_and_corrected_late(
    patient: Settings,
) -> None:
    async with deployed(patient, WITHOUT_POOLS) as first:
        await first.publish(EVENT)
        await until(first, "retrieval.call")
    async with deployed(patient, WITHOUT_POOLS) as second:
        (outcome,) = (await second.outcomes(1)).values()
        took_ms = outcome["finished_at_ms"] - outcome["received_at_ms"]
        assert DEADLINE_MS <= took_ms <= DEADLINE_MS + LATE_MS
        assert "nothing was heard of it by its deadline" in str(outcome["error"])
        assert (outcome["outcome"], outcome["spent_usd_micros"]) == ("escalated", 50)
        await late_answer(second, patient)
    rules = [decision["rule"] for decision in await decisions(second, patient)]
    assert rules.count("timer.unheard") == 1


async def late_answer(deployment: Deployment, settings: Settings) -> None:
    """The pool comes at last, finds the call expired, and the money is corrected."""
    async with deployed(settings, ["retrieval"]):
        await until(deployment, "answer.late")
    (corrected,) = [d for d in await decided(deployment) if d["rule"] == "answer.late"]
    assert [(s["entry"], s["amount_usd_micros"]) for s in corrected["spend"]] == [("correct", -50)]


async def until(deployment: Deployment, rule: str) -> None:
    """Wait until the ledger holds a decision by this rule."""
    async with asyncio.timeout(30):
        while rule not in {decision["rule"] for decision in await decided(deployment)}:
            deployment.raise_failures()


async def decided(deployment: Deployment) -> list[Decision]:
    """All decisions on the ledger."""
    blocks = [CODEC.decode("ledger_block", value) for value in await deployment.records("ledger")]
    return [d for block in blocks for d in cast("LedgerBlock", block)["decisions"]]


async def decisions(deployment: Deployment, settings: Settings) -> list[Decision]:
    """All decisions, read again by nobody else."""
    async with deployed(settings, []):
        return await decided(deployment)
