"""The warehouse equals a fold of the ledger, and every difference is listed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from sinks.warehouse.reading import Reader
from sinks.warehouse.reconcile import differences
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Warehouse
from streams.sources.export import ExportSource
from tests.builders import CODEC, result
from tests.unit.sinks.world import MemorySource, World

if TYPE_CHECKING:
    from schemas.records import Call, CallResult


async def found(path: Path, world: World) -> list[str]:
    return list(map(str, await differences(path, world.source(), CODEC)))


async def test_a_warehouse_equals_the_fold_of_its_ledger(warehouse: Path, world: World) -> None:
    assert await found(warehouse, world) == []


async def test_it_equals_the_export_of_its_ledger(warehouse: Path, export: Path) -> None:
    assert await differences(warehouse, ExportSource(export), CODEC) == []


async def test_an_empty_ledger_and_an_empty_warehouse_agree(tmp_path: Path) -> None:
    nothing = MemorySource({"ledger": []})
    Warehouse(tmp_path / "w.duckdb").prepare()
    assert await differences(tmp_path / "w.duckdb", nothing, CODEC) == []


async def test_a_warehouse_that_is_behind_is_no_difference(tmp_path: Path, world: World) -> None:
    behind = MemorySource({"ledger": world.topics["ledger"][:9]})
    await WarehouseSink(behind, Warehouse(tmp_path / "w.duckdb"), CODEC).catch_up()

    assert await found(tmp_path / "w.duckdb", world) == []


async def test_what_a_provider_overbilled_is_in_costs_and_balances(tmp_path: Path) -> None:
    def overbilled(call: Call) -> CallResult:
        if call["kind"] == "model":
            return result(call, cost_usd_micros=call["reserved_usd_micros"] + 1)
        return result(call)

    world = World(answering=overbilled).run({"event_id": "a"})
    path = tmp_path / "w.duckdb"
    await WarehouseSink(world.source(), Warehouse(path), CODEC).catch_up()

    assert await found(path, world) == []
    sql = "SELECT cost_usd_micros - reserved_usd_micros FROM calls WHERE kind = 'model'"
    assert Reader(path).ask(sql, {}).rows == [(1,)]


@pytest.mark.parametrize(
    ("spoil", "tables"),
    [
        ("DELETE FROM facts.decisions WHERE rule = 'plan.call'", {"decisions"}),
        ("INSERT INTO facts.accesses FROM facts.accesses LIMIT 1", {"accesses"}),
        ("UPDATE facts.checks SET passed = NOT passed", {"checks"}),
        ("UPDATE facts.positions SET void_blocks = 0", {"positions"}),
        ("DELETE FROM facts.outcomes WHERE outcome = 'resolved'", {"outcomes", "runs"}),
        ("DELETE FROM facts.calls_settled WHERE status = 'refused'", {"calls_settled", "calls"}),
        ("UPDATE facts.spend SET amount_usd_micros = 1 WHERE entry = 'settle'", {"spend"}),
        ("DELETE FROM facts.spend WHERE entry = 'settle'", {"spend"}),
    ],
)
async def test_whatever_is_changed_is_listed(
    warehouse: Path, world: World, spoil: str, tables: set[str]
) -> None:
    with duckdb.connect(warehouse) as connection:
        (changed,) = connection.execute(spoil).fetchone() or (0,)
    assert changed

    assert {line.partition(":")[0] for line in await found(warehouse, world)} == tables


async def test_the_accounts_are_compared_with_the_budget_table(
    warehouse: Path, world: World
) -> None:
    with duckdb.connect(warehouse) as connection:
        connection.execute("UPDATE facts.spend SET amount_usd_micros = 11 WHERE entry = 'settle'")

    lines = await found(warehouse, world)

    assert any("account acme|user|ann|day|2026-01-05 is (spent, held)" in line for line in lines)
