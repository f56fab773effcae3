"""One record that cannot be handled, in each consumed topic, stops nothing and is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from agents.gateway import partition_of
from schemas.topics import Topic, dead_letter_topic, topics
from tests.deployments import CODEC, Deployment
from tests.integration.runs.conftest import Recorded
from tests.integration.runs.test_retail_runs import RESOLVED, event

if TYPE_CHECKING:
    from schemas.records import DeadLetter

PATIENCE_S = 60.0
CONSUMED = [
    topic
    for topic in topics().values()
    if {"gateway", "worker", "pool-model", "pool-retrieval", "pool-tool"} & {*topic.consumers}
    and topic.schema != "ledger_block"
]
"""Every topic whose records are decided one by one; chains have rules of their own."""
GARBAGE = b"\x00\xff garbage \xfe"
OTHER = CODEC.encode("budget_entry", {"spent_usd_micros": 1, "reserved_usd_micros": 1})
REASONS = {GARBAGE: "UnknownSchema", OTHER: "WrongSchema"}
HEADERS = [("trace", b"\xff\x00"), ("empty", None)]


def test_every_topic_that_is_named_by_the_design_is_poisoned() -> None:
    names = {topic.name for topic in CONSUMED}
    states = ("intake", "retrieval", "plan", "execute", "verify", "finalize", "log")
    assert names >= {f"state.{state}" for state in states}
    assert names >= {"intake", "calls.model", "calls.retrieval", "calls.tool", "call.results"}


async def test_runs_before_and_after_poison_in_every_topic_resolve_and_all_of_it_is_kept(
    deployment: Deployment, recorded: Recorded
) -> None:
    before, after = RESOLVED[:2], RESOLVED[2:]
    await deployment.publish(*(event(recorded[name]) for name in before))
    await poison(deployment, event(recorded[before[0]])["workspace"])
    ended = await deployment.outcomes(len(before))
    await deployment.publish(*(event(recorded[name]) for name in after))
    ended |= await deployment.outcomes(len(after))

    assert {name: ended[name]["outcome"] for name in RESOLVED} == dict.fromkeys(
        RESOLVED, "resolved"
    )
    for topic in CONSUMED:
        for letter in await letters(deployment, topic, len(REASONS)):
            value = letter["value"] or b""
            assert (letter["topic"], letter["reason"]) == (topic.name, REASONS[value])
            assert letter["key"] == b"any"
            assert [(h["name"], h["value"]) for h in letter["headers"]] == HEADERS
            assert letter["timestamp_ms"] > 0
            assert not letter["cut"]
    deployment.raise_failures()
    assert not any(task.done() for task in deployment.tasks)


async def poison(deployment: Deployment, workspace: str) -> None:
    """Bad records in the way of this workspace's runs."""
    partition = partition_of(workspace, deployment.settings.partitions)
    for topic in CONSUMED:
        for value in REASONS:
            await deployment.producer.send_and_wait(
                deployment.topic(topic.name),
                value,
                key=b"any",
                partition=partition,
                headers=HEADERS,
            )


async def letters(deployment: Deployment, topic: Topic, count: int) -> list[DeadLetter]:
    """All letters of a topic, once there are so many."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            deployment.raise_failures()
            values = await deployment.records(dead_letter_topic(topic.name))
            if len(values) >= count:
                break
            await asyncio.sleep(0.2)
    found = [cast("DeadLetter", CODEC.decode("dead_letter", value)) for value in values]
    assert {letter["value"] for letter in found} == set(REASONS), topic.name
    assert len(found) == count, topic.name
    return found


@pytest.mark.parametrize("topic", CONSUMED, ids=lambda topic: topic.name)
def test_every_consumed_topic_has_a_twin(topic: Topic) -> None:
    assert topics()[dead_letter_topic(topic.name)].schema == "dead_letter"
