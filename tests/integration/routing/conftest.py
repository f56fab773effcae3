"""All workflows that come with Tollway, on a fresh store, on each broker in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import Deployment, deployed, retail_settings
from workflows.retail_support.demo import fresh_store

EVALS = tuple(sorted(Path("workflows").glob("*/evals/requests.jsonl")))


@pytest.fixture
def settings(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The recorded requests of every workflow; the commands find the test's topics."""
    store_url, recordings = f"sqlite:///{tmp_path}/store.db", tmp_path / "recordings.jsonl"
    fresh_store(store_url)
    recordings.write_bytes(b"".join(file.read_bytes() for file in EVALS))
    base = settings_for(broker, new_prefix(), driver="aiokafka", data_dir=tmp_path)
    made = retail_settings(base, store_url, recordings)
    for name in ("bootstrap_servers", "broker_kind", "topic_prefix"):
        monkeypatch.setenv(f"TOLLWAY_{name.upper()}", str(getattr(made, name)))
    return made


@pytest.fixture
async def deployment(settings: Settings) -> AsyncIterator[Deployment]:
    """One of each process."""
    async with deployed(settings) as running:
        yield running
