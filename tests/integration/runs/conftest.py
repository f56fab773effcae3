"""A fresh store, and a deployment on it, for each driver and broker."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import Deployment, deployed, retail_settings
from workflows.retail_support.store import create_store

RETAIL = Path("workflows/retail_support")
Recorded = dict[str, dict[str, Any]]
"""Recorded requests by id."""
RECORDED = RETAIL / "evals" / "requests.jsonl"


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    """The recorded requests by id."""
    return {row["id"]: row for row in map(orjson.loads, RECORDED.read_bytes().splitlines())}


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as it is in the files. Copy it."""
    path = tmp_path_factory.mktemp("retail") / "store.db"
    create_store(f"sqlite:///{path}", RETAIL / "data").close()
    return path


@pytest.fixture
def store_url(sqlite_file: Path, tmp_path: Path) -> str:
    """A fresh store."""
    shutil.copy(sqlite_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(params=["faust", "aiokafka"])
def driver(request: pytest.FixtureRequest) -> str:
    """Each driver in turn."""
    return str(request.param)


@pytest.fixture
def settings(broker: Broker, driver: str, store_url: str, tmp_path: Path) -> Settings:
    """Settings of one deployment: this driver on this broker."""
    base = settings_for(broker, new_prefix(), driver=driver, data_dir=tmp_path)
    return retail_settings(base, store_url, RECORDED.resolve())


@pytest.fixture
async def deployment(settings: Settings) -> AsyncIterator[Deployment]:
    """One of each process."""
    async with deployed(settings) as running:
        yield running
