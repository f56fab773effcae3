"""Time passes for runs whose calls nobody answers, on real processes, over a restart too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streams.settings import Settings
from tests.deployments import Deployment, deployed
from tests.integration.patient import (
    EVENT,
    WITHOUT_POOLS,
    deadline_ms,
    decided,
    patient_settings,
    until,
)

if TYPE_CHECKING:
    from schemas.records import Decision

LATE_MS = 2_000
"""A timer fires within this of its deadline, while its worker lives: a restart is over by then."""


@pytest.fixture
def patient(settings: Settings, tmp_path: Path) -> Settings:
    """A deployment of a workflow that waits for its retriever."""
    return patient_settings(settings, tmp_path)


async def test_a_call_without_a_pool_is_given_up_in_time_after_a_restart_and_corrected_late(
    patient: Settings,
) -> None:
    async with deployed(patient, WITHOUT_POOLS) as first:
        await first.publish(EVENT)
        await until(first, "retrieval.call")
    async with deployed(patient, WITHOUT_POOLS) as second:
        (outcome,) = (await second.outcomes(1)).values()
        took_ms = outcome["finished_at_ms"] - outcome["received_at_ms"]
        assert deadline_ms() <= took_ms <= deadline_ms() + LATE_MS
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


async def decisions(deployment: Deployment, settings: Settings) -> list[Decision]:
    """All decisions, read again by nobody else."""
    async with deployed(settings, []):
        return await decided(deployment)
