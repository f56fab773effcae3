"""Real requests through a running deployment, exported, landed and audited while they run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from agents.workflows import load_workflows
from sinks.export import open_exporter
from sinks.warehouse.reading import Reader
from sinks.warehouse.reconcile import differences
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Warehouse
from streams.brokers.broker import Broker
from streams.core.audit.findings import Report
from streams.settings import Settings
from streams.sources.export import ExportSource
from streams.sources.opening import open_source
from streams.sources.record import RecordSource
from streams.sources.replay import Replay
from streams.sources.verify import Verification
from tests.brokers import new_prefix, settings_for
from tests.deployments import CODEC, deployed, retail_settings
from tollway.cli.production import production
from tollway.demo.requests import Request
from workflows.retail_support.store import create_store

if TYPE_CHECKING:
    from schemas.records import IntakeEvent, Outcome

RETAIL = Path("workflows/retail_support")
RECORDED = RETAIL / "evals" / "requests.jsonl"
REQUESTS = 8
NOW_MS = 1_790_000_000_000
WORKFLOWS = load_workflows(Path("workflows"), CODEC)


@dataclass(frozen=True)
class Landed:
    """What is left of a deployment: its broker's topics, an export, a warehouse, its outcomes."""

    settings: Settings
    export: Path
    warehouse: Path
    outcomes: dict[str, Outcome]
    audited_under_way: list[Report]


@pytest.fixture(scope="module")
def landed(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    """Some requests carried by one of each process, to the end."""
    folder = tmp_path_factory.mktemp("landed")
    url = f"sqlite:///{folder / 'store.db'}"
    create_store(url, RETAIL / "data").close()
    base = settings_for(broker, new_prefix(), driver="aiokafka", data_dir=folder)
    return asyncio.run(_carry(retail_settings(base, url, RECORDED.resolve()), folder))


async def _carry(settings: Settings, folder: Path) -> Landed:
    export, warehouse = folder / "export", folder / "warehouse.duckdb"
    reports: list[Report] = []
    async with deployed(settings) as running:
        landing = [
            asyncio.create_task(_export(settings, export)),
            asyncio.create_task(_sink(settings, warehouse)),
        ]
        outcomes: dict[str, Outcome] = {}
        for events in (_events()[start : start + 4] for start in range(0, REQUESTS, 4)):
            await running.publish(*events)
            async with open_source(settings, None) as source:
                reports.append(await _audit(source, settings))
            outcomes |= await running.outcomes(len(events))
        await asyncio.sleep(0.5)
        for task in landing:
            task.cancel()
        ended = await asyncio.gather(*landing, return_exceptions=True)
    assert all(isinstance(error, asyncio.CancelledError) for error in ended), ended
    return Landed(settings, export, warehouse, outcomes, reports)


def _events() -> list[IntakeEvent]:
    rows = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()[:REQUESTS]]
    return [Request(row["id"], row["user_id"], row["request"]).event(NOW_MS) for row in rows]


async def _export(settings: Settings, folder: Path) -> None:
    async with open_exporter(settings, folder) as exporter:
        await exporter.follow()


async def _sink(settings: Settings, path: Path) -> None:
    async with open_source(settings, None) as source:
        await WarehouseSink(source, Warehouse(path), CODEC).follow()


async def _audit(source: RecordSource, settings: Settings) -> Report:
    contracts = {held.versions["contract"]: held.contract for held in WORKFLOWS.values()}
    deciding = production(CODEC, WORKFLOWS, settings)
    return await Verification(source, CODEC, contracts, deciding).run()


async def test_every_run_is_in_the_warehouse_as_its_outcome_says(landed: Landed) -> None:
    sql = "SELECT event_id, outcome, spent_usd_micros, calls FROM runs"
    found = {row[0]: row[1:] for row in Reader(landed.warehouse).ask(sql).rows}

    assert len(found) == REQUESTS
    assert found == {
        event_id: (outcome["outcome"], outcome["spent_usd_micros"], outcome["calls"])
        for event_id, outcome in landed.outcomes.items()
    }


async def test_the_export_holds_and_every_decision_comes_out_the_same(landed: Landed) -> None:
    report = await _audit(ExportSource(landed.export), landed.settings)

    assert report.findings == []
    assert report.counts["outcomes"] == REQUESTS
    assert report.counts["decided again: same"] > 10 * REQUESTS
    assert {name for name in report.counts if name.startswith("decided again")} == {
        "decided again: same"
    }
    assert report.counts["calls held against their caps"] == report.counts["claims"]


async def test_an_audit_of_a_deployment_under_way_raises_no_false_alarm(landed: Landed) -> None:
    assert [finding for report in landed.audited_under_way for finding in report.findings] == []
    assert landed.audited_under_way


async def test_the_warehouse_equals_the_fold_of_the_ledger_on_the_broker(landed: Landed) -> None:
    async with open_source(landed.settings, None) as source:
        assert await differences(landed.warehouse, source, CODEC) == []


async def test_the_warehouse_equals_the_fold_of_the_export(landed: Landed) -> None:
    assert await differences(landed.warehouse, ExportSource(landed.export), CODEC) == []


async def test_a_sink_that_is_started_again_takes_nothing_twice(landed: Landed) -> None:
    async with open_source(landed.settings, None) as source:
        assert await WarehouseSink(source, Warehouse(landed.warehouse), CODEC).catch_up() == 0


async def test_an_export_that_is_started_again_adds_nothing(landed: Landed) -> None:
    before = {path: path.stat().st_size for path in landed.export.rglob("*.avro")}
    async with open_exporter(landed.settings, landed.export) as exporter:
        assert await exporter.catch_up() == 0

    assert {path: path.stat().st_size for path in landed.export.rglob("*.avro")} == before


async def test_a_second_export_holds_the_same(landed: Landed, tmp_path: Path) -> None:
    async with open_exporter(landed.settings, tmp_path) as exporter:
        await exporter.catch_up()
    one, other = ExportSource(landed.export), ExportSource(tmp_path)

    for file in sorted(landed.export.rglob("*.avro")):
        topic, partition = file.parent.name, int(file.stem)
        first = [record async for record in one.read(topic, partition)]
        assert first == [record async for record in other.read(topic, partition)]
        assert [record.offset for record in first] == list(range(len(first)))


async def test_a_run_is_replayed_from_the_broker_and_from_the_export_alike(landed: Landed) -> None:
    event_id, outcome = next(iter(landed.outcomes.items()))
    deciding = production(CODEC, WORKFLOWS, landed.settings)
    async with open_source(landed.settings, None) as source:
        live = await Replay(source, CODEC, deciding).steps(event_id)
    kept = await Replay(ExportSource(landed.export), CODEC, deciding).steps(event_id)

    assert live == kept
    steps = live[outcome["run_id"]]
    assert {step.again.verdict for step in steps} == {"same"}
    assert steps[-1].decision["emits"][0]["topic"] == "outcomes"


@pytest.mark.parametrize("stage", ["retrieval", "plan", "execute", "verify", "finalize"])
async def test_every_stage_is_measured_by_itself(landed: Landed, stage: str) -> None:
    sql = "SELECT count(DISTINCT run_id), count(left_at) = count(*), min(total_ms) >= 0, "
    sql += "bool_and(queued_ms + calls_ms <= total_ms) FROM stages WHERE stage = $stage"

    assert Reader(landed.warehouse).ask(sql, {"stage": stage}).rows == [
        (REQUESTS, True, True, True)
    ]


async def test_the_stages_of_every_run_add_up_to_its_duration(landed: Landed) -> None:
    sql = "SELECT count(*) FROM (SELECT run_id, sum(total_ms) AS total FROM stages GROUP BY run_id)"
    sql += " JOIN runs USING (run_id) WHERE total <> duration_ms"

    assert Reader(landed.warehouse).ask(sql).rows == [(0,)]


async def test_all_money_in_the_warehouse_adds_up(landed: Landed) -> None:
    sql = """
    SELECT
        (SELECT sum(spent_usd_micros) FROM runs),
        (SELECT sum(cost_usd_micros) FROM calls),
        (SELECT sum(amount_usd_micros) FROM account_spend WHERE entry = 'settle' AND scope = 'run'),
        (SELECT sum(cost_usd_micros) FROM stages)
    """
    total = sum(outcome["spent_usd_micros"] for outcome in landed.outcomes.values())

    assert Reader(landed.warehouse).ask(sql).rows == [(total,) * 4]
