"""A warehouse of the tiny world, made once and copied."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sinks.warehouse.reading import Reader
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Warehouse
from streams.sources.record import RecordSource
from tests.builders import CODEC, result
from tests.unit.sinks.world import World, export_to

if TYPE_CHECKING:
    from schemas.records import Call, CallResult


def answering(call: Call) -> CallResult:
    """Pools of the tiny world: one look is refused, all else is done."""
    if call["kind"] == "tool" and call["user_id"] == "bob":
        return result(call, "refused", error="no such thing")
    return result(call)


def tiny_world() -> World:
    """One run that resolves, one that escalates, a duplicate, a dead letter, a lost race."""
    world = World(answering=answering)
    world.run({"event_id": "a"}, {"event_id": "b", "user_id": "bob", "customer_tier": "gold"})
    world.lose_race()
    world.run({"event_id": "a"}, {"event_id": "c", "workflow": "unheard_of"})
    world.publish("state.plan", b"no run")
    return world.run()


async def land(source: RecordSource, path: Path) -> WarehouseSink:
    """Carry a source into a warehouse."""
    sink = WarehouseSink(source, Warehouse(path), CODEC)
    await sink.catch_up()
    return sink


@pytest.fixture(scope="session")
def world() -> World:
    """The tiny world; leave it as it is."""
    return tiny_world()


@pytest.fixture
def export(world: World, tmp_path: Path) -> Path:
    """It as an export."""
    return export_to(tmp_path / "export", world.topics)


@pytest.fixture(scope="session")
def landed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its warehouse; leave it as it is."""
    path = tmp_path_factory.mktemp("landed") / "warehouse.duckdb"
    asyncio.run(land(world.source(), path))
    return path


@pytest.fixture
def warehouse(landed: Path, tmp_path: Path) -> Path:
    """A copy of its warehouse."""
    return Path(shutil.copy(landed, tmp_path / "warehouse.duckdb"))


@pytest.fixture
def reader(landed: Path) -> Reader:
    """Asks its warehouse."""
    return Reader(landed, patience_s=1.0)
