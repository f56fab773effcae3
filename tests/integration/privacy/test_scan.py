"""Values are planted wherever outsiders write; a scan finds them in intake and its quarantine."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from agents.privacy.vault import Erasure, Person, erasing_vault, reading_vault
from agents.workflows import load_workflows
from schemas.errors import ValueNotRestored
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Warehouse
from streams.brokers.broker import Broker
from streams.brokers.ports import free_port
from streams.core.hashing import run_id
from streams.settings import Settings
from streams.sources.opening import open_source
from streams.sources.verify import Verification
from tests.brokers import new_prefix, settings_for
from tests.deployments import CODEC, deployed, retail_settings
from tests.integration.privacy.scene import (
    CUSTOMER,
    EVENT_ID,
    FAILING_ID,
    MAIL,
    QUARANTINE,
    VALUES,
    bytes_of_topics,
    logged,
    plant,
    record,
    rows_of_warehouse,
)
from tollway.cli.production import production
from workflows.retail_support.store import create_store

if TYPE_CHECKING:
    from schemas.records import Outcome

ROLES = ("worker", "model", "retrieval", "tool", "gateway")
RUN, PERSON = run_id("acme", EVENT_ID), Person("acme", CUSTOMER)


@dataclass(frozen=True)
class Left:
    """What a deployment leaves behind, as text where it is scanned."""

    settings: Settings
    outcomes: dict[str, Outcome]
    topics: dict[str, bytes]
    elsewhere: dict[str, str]


@pytest.fixture(scope="module")
def left(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Everything planted, run to the end and landed."""
    folder = tmp_path_factory.mktemp("privacy")
    url = f"sqlite:///{folder / 'store.db'}"
    create_store(url, Path("workflows/retail_support/data")).close()
    base = settings_for(
        broker, new_prefix(), driver="aiokafka", data_dir=folder, dead_letter_ratio=1
    )
    return asyncio.run(_run(retail_settings(base, url, record(folder)), folder))


async def _run(settings: Settings, folder: Path) -> Left:
    ports = {role: free_port() for role in ROLES}
    with logged() as log:
        async with AsyncExitStack() as stack:
            for role, port in ports.items():
                own = settings.model_copy(update={"metrics_port": port})
                running = await stack.enter_async_context(deployed(own, [role]))
            await plant(running)
            outcomes = await running.outcomes(2)
            logging.getLogger("test").error("a value in a log: %s", MAIL)
            async with httpx2.AsyncClient() as client:
                pages = [await client.get(f"http://127.0.0.1:{p}/metrics") for p in ports.values()]
        async with open_source(settings, None) as source:
            await WarehouseSink(source, Warehouse(folder / "w.duckdb"), CODEC).catch_up()
    elsewhere = {
        "log": log.getvalue(),
        "metrics": "".join(page.text for page in pages),
        "warehouse": rows_of_warehouse(folder / "w.duckdb"),
        "warehouse file": (folder / "w.duckdb").read_bytes().decode("latin-1"),
        **{name: _text_of(folder / name) for name in ("vault", "vault-keys", "payloads")},
    }
    return Left(settings, outcomes, await bytes_of_topics(settings), elsewhere)


def _text_of(folder: Path) -> str:
    return "".join(f.read_bytes().decode("latin-1") for f in folder.rglob("*") if f.is_file())


def test_values_stand_in_intake_and_its_quarantine_and_in_no_other_topic(left: Left) -> None:
    found = {
        (topic, value)
        for topic, content in left.topics.items()
        for value in VALUES
        if value.encode() in content
    }
    assert {value for topic, value in found if topic == "intake"} == set(VALUES)
    assert {topic for topic, _ in found} == QUARANTINE | {"control", "approvals.decisions"}


def test_they_stand_in_no_log_metric_warehouse_or_vault(left: Left) -> None:
    assert "[EMAIL_1]" in str(left.topics["ledger"])
    assert "[EMAIL" in left.elsewhere["log"]
    assert "tollway_" in left.elsewhere["metrics"]
    found = {(place, v) for place, text in left.elsewhere.items() for v in VALUES if v in text}
    assert found == set()


def test_the_tool_has_had_the_value_and_the_run_goes_on_with_its_placeholder(left: Left) -> None:
    """Only the address itself finds its customer in the store."""
    assert (left.outcomes[EVENT_ID]["outcome"], left.outcomes[EVENT_ID]["error"]) == (
        "resolved",
        None,
    )
    assert reading_vault(left.settings).values(PERSON, RUN)["[EMAIL_1]"] == MAIL


def test_a_tool_that_refuses_says_so_without_the_value(left: Left) -> None:
    assert left.outcomes[FAILING_ID]["outcome"] == "escalated"


async def test_erased_nobody_restores_and_the_audit_log_still_verifies(left: Left) -> None:
    erasing_vault(left.settings).erase(PERSON, Erasure("op", "asked to", 4_102_444_799_000))
    with pytest.raises(ValueNotRestored, match="were erased"):
        reading_vault(left.settings).values(PERSON, RUN)
    workflows = load_workflows(Path("workflows"), CODEC)
    contracts = {held.versions["contract"]: held.contract for held in workflows.values()}
    async with open_source(left.settings, None) as source:
        deciding = production(CODEC, workflows, left.settings)
        report = await Verification(source, CODEC, contracts, deciding).run()
    assert report.findings == []
