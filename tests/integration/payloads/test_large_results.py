"""Results far above the broker's limit: 20 MiB read and 5 MiB given back, on each broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from agents.workflows import load_workflows
from schemas.topics import topics
from streams.adapters.crash_points import CrashPoint, hooked
from streams.adapters.payloads import PayloadStore, open_payload_store
from streams.core.payloads import Reference, reference_of
from streams.settings import Settings
from streams.sources.opening import open_source
from streams.sources.replay import Replay
from streams.sources.sweep import payloads_in_use
from streams.sources.verify import Verification
from tests.deployments import CODEC, Deployment, deployed
from tests.integration.payloads.large import (
    DOCUMENT_BYTES,
    DOCUMENTS,
    PAGE_BYTES,
    deploy,
    event,
    payload,
    payload_hash,
)
from tollway.cli.production import production

if TYPE_CHECKING:
    from schemas.records import CallResult

POOLS = ("model", "retrieval", "tool")
RECORDS_FIT_BYTES = 512 * 1024
"""A sixteenth of what is carried, and an eighth of what the ledger takes."""


async def decoded(running: Deployment, topic: str) -> list[Any]:
    schema = topics()[topic].schema
    return [CODEC.decode(schema, value) for value in await running.records(topic)]


async def references(running: Deployment) -> list[Reference]:
    results = cast("list[CallResult]", await decoded(running, "call.results"))
    return [found for result in results if (found := reference_of(result)) is not None]


async def largest_record(running: Deployment) -> int:
    sizes = [
        len(value or b"")
        for topic in topics()
        if not topic.endswith(".dead")
        for value in await running.records(topic)
    ]
    return max(sizes)


async def read_all(store: PayloadStore, found: list[Reference]) -> list[bytes]:
    return [await store.get(reference) for reference in found]


async def test_large_results_pass_and_no_record_is_large(
    broker_settings: Settings, tmp_path: Path
) -> None:
    settings = deploy(broker_settings, tmp_path, "whole")
    store = open_payload_store(settings)
    async with deployed(settings) as running:
        await running.publish(event("whole"))
        outcome = (await running.outcomes(1))["whole"]
        assert (outcome["outcome"], outcome["error"]) == ("resolved", None)
        found = await references(running)
        assert await largest_record(running) < RECORDS_FIT_BYTES
        assert [reference.size_bytes for reference in found] == [
            len(payload("whole")),
            pytest.approx(PAGE_BYTES, abs=100),
        ]
        assert found[0].size_bytes > DOCUMENTS * DOCUMENT_BYTES
        read, page = await read_all(store, found)
        assert read == payload("whole")
        assert page.endswith(b"xxx")
        (run,) = await decoded(running, "state.finalize")
        sizes = [piece["size_bytes"] for piece in run["evidence"]]
        assert sizes == [*[DOCUMENT_BYTES] * DOCUMENTS, pytest.approx(PAGE_BYTES, abs=100)]
        assert run["evidence"][0]["payload_hash"] == payload_hash("whole")
    await told_again(settings, "whole", found)


async def told_again(settings: Settings, event_id: str, found: list[Reference]) -> None:
    """Audit, replay and sweep agree with what has happened."""
    flows = load_workflows(settings.workflows_dir, CODEC)
    contracts = {flow.versions["contract"]: flow.contract for flow in flows.values()}
    deciding = production(CODEC, flows, settings)
    async with open_source(settings, None) as source:
        report = await Verification(source, CODEC, contracts, deciding).run()
        assert report.findings == []
        assert report.counts["decided again: same"] > 10
        assert report.counts["decided again: input not held"] == 0
        (steps,) = (await Replay(source, CODEC, deciding).steps(event_id)).values()
        assert {step.again.verdict for step in steps} == {"same"}
        names = {reference.content_hash for reference in found}
        assert await payloads_in_use(source, CODEC) == names


async def test_what_is_missing_or_differs_ends_its_run_and_stops_nothing_else(
    broker_settings: Settings, tmp_path: Path
) -> None:
    settings = deploy(broker_settings, tmp_path, "missing", "wrong", "small")
    elsewhere = tmp_path / "elsewhere"
    name = payload_hash("wrong")
    (elsewhere / name[:2]).mkdir(parents=True)
    (elsewhere / name[:2] / name).write_bytes(payload("wrong")[:-1] + b"!")
    changes = {"payload_store_url": str(elsewhere), "payload_wait_s": 4}
    astray = settings.model_copy(update=changes)
    async with deployed(settings, (*POOLS, "gateway")) as running, deployed(astray, ("worker",)):
        await running.publish(event("missing"), event("wrong"), event("small"))
        outcomes = await running.outcomes(3)
        letters = await decoded(running, "call.results.dead")
    assert {name: told["outcome"] for name, told in outcomes.items()} == {
        "missing": "failed",
        "wrong": "failed",
        "small": "resolved",
    }
    assert [letter["reason"] for letter in letters] == ["PayloadUnavailable"] * 2
    missing = f"payload {payload_hash('missing')} is not in the payload store"
    wrong = f"payload {name} has other content in the payload store than it was given"
    assert {letter["message"] for letter in letters} == {missing, wrong}
    assert outcomes["missing"]["error"] == missing
    assert outcomes["wrong"]["error"] == wrong


class Ended(Exception):
    """The process is gone."""


@asynccontextmanager
async def ending_once(point: CrashPoint) -> AsyncIterator[list[CrashPoint]]:
    """The first process to get there ends there."""
    ended: list[CrashPoint] = []

    def end(at: CrashPoint) -> None:
        if at is point and not ended:
            ended.append(at)
            raise Ended

    with hooked(end):
        yield ended


async def test_a_pool_that_ends_between_store_and_journal_does_no_harm(
    kafka_settings: Settings, tmp_path: Path
) -> None:
    settings = deploy(kafka_settings, tmp_path, "whole")
    store = open_payload_store(settings)
    others = ("worker", "model", "tool", "gateway")
    async with deployed(settings, others) as running, ending_once(CrashPoint.PAYLOAD_STORED):
        async with deployed(settings, ("retrieval",)) as first:
            await running.publish(event("whole"))
            await asyncio.wait(first.tasks, timeout=60)
            with pytest.raises(Exception, match="Ended"):
                first.raise_failures()
        assert [stored.content_hash for stored in store.stored()] == [payload_hash("whole")]
        assert await references(running) == []
        async with deployed(settings, ("retrieval",)):
            outcome = (await running.outcomes(1))["whole"]
        found = await references(running)
    assert outcome["outcome"] == "resolved"
    assert len(found) == len(list(store.stored())) == 2
    assert await store.get(found[0]) == payload("whole")
    await told_again(settings, "whole", found)
