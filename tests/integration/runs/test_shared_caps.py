"""Four workspaces under one cap, on partitions of their own, with a real broker between them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from streams.settings import Settings
from tests.deployments import CODEC, deployed
from tests.integration.runs.conftest import RETAIL, Recorded
from tests.integration.runs.test_retail_runs import RESOLVED, event

if TYPE_CHECKING:
    from schemas.records import Call, IntakeEvent

WORKSPACES = ("acme", "bolt", "core", "dune")
RETRIEVER, PRICE_USD_MICROS = "customer_and_policy", 50
RUNS, FITTING = 60, 40
SHARED_CAPS = f"""
version: 1
caps:
  - name: search_vendor
    scope: vendor
    calls: [{RETRIEVER}]
    window: month
    usd_micros: {FITTING * PRICE_USD_MICROS}
"""


@pytest.fixture
def driver() -> str:
    """The driver of production; slices know none."""
    return "faust"


@pytest.fixture
def shared(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a deployment with a shared cap beside its workflow."""
    folder = tmp_path / "workflows"
    folder.mkdir()
    (folder / RETAIL.name).symlink_to(RETAIL.resolve())
    (folder / "shared_caps.yaml").write_text(SHARED_CAPS, "utf-8")
    return settings.model_copy(update={"workflows_dir": folder})


async def test_workspaces_use_all_of_a_shared_cap_and_nobody_is_refused_before(
    shared: Settings, recorded: Recorded
) -> None:
    async with deployed(shared) as running:
        await running.publish(*(numbered(recorded, number) for number in range(RUNS)))
        ended = await running.outcomes(RUNS)
        values = await running.records("calls.retrieval")
        running.raise_failures()
    calls = [cast("Call", CODEC.decode("call", value)) for value in values]
    made = Counter(call["workspace"] for call in calls if call["name"] == RETRIEVER)
    assert made.total() == FITTING
    assert set(made) == set(WORKSPACES)
    told = [one["error"] or "" for one in ended.values()]
    refused = [error for error in told if "for vendor search_vendor per month" in error]
    assert len(refused) == RUNS - FITTING, told


def numbered(recorded: Recorded, number: int) -> IntakeEvent:
    """One of the recorded requests, of one of the workspaces."""
    usual = event(recorded[RESOLVED[number % len(RESOLVED)]])
    return {**usual, "event_id": f"e-{number}", "workspace": WORKSPACES[number % 4]}
