"""The examples for strangers in docs/examples work as they stand, on a stack of their own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from streams.brokers import memory
from tests.brokers import settings_for
from tests.deployments import deployed, retail_settings
from tests.integration.runs.conftest import RECORDED, Recorded
from tests.integration.runs.test_retail_runs import RESOLVED

LINES_AT_MOST = 25


async def test_publishing_and_consuming_with_plain_aiokafka(
    store_url: str, recorded: Recorded, tmp_path: Path
) -> None:
    request = recorded[RESOLVED[0]]
    with memory.start() as broker:
        base = settings_for(broker, "", driver="aiokafka", data_dir=tmp_path)
        async with deployed(retail_settings(base, store_url, RECORDED.resolve())):
            consumer = await start("consume.py", broker.bootstrap_servers)
            publisher = await start(
                "publish.py", broker.bootstrap_servers, "my-event", request["request"]
            )
            assert await publisher.wait() == 0

            assert consumer.stdout is not None
            async with asyncio.timeout(60):
                line = (await consumer.stdout.readline()).decode()
            consumer.terminate()
            await consumer.wait()
    assert line.startswith("my-event resolved ")


def test_an_example_is_short_enough_to_read_at_a_glance() -> None:
    for path in Path("docs/examples").glob("*.py"):
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
        assert len(lines) <= LINES_AT_MOST, path.name


async def start(name: str, bootstrap_servers: str, *arguments: str) -> asyncio.subprocess.Process:
    """An example in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, f"docs/examples/{name}", *arguments),
        env={**os.environ, "TOLLWAY_BOOTSTRAP_SERVERS": bootstrap_servers},
        stdout=asyncio.subprocess.PIPE,
    )
