"""Hostile intake stops nothing: each bad event is dead-lettered or rejected, with its reason."""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.producer import message_accumulator
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy as SlowBatchBuilder

from schemas.codec import HEADER, MAGIC
from streams.core.hashing import content_hash
from tests.deployments import CODEC, Deployment
from tests.integration.runs.conftest import Recorded
from tests.integration.runs.test_retail_runs import RESOLVED, event

if TYPE_CHECKING:
    from schemas.records import DeadLetter

GOOD = CODEC.encode(
    "intake_event",
    {
        "event_id": "e",
        "workspace": "acme",
        "user_id": "u",
        "workflow": None,
        "intent": None,
        "customer_tier": "standard",
        "region": "us",
        "occurred_at_ms": 1,
        "request": "help",
    },
)
OTHER = CODEC.encode("budget_entry", {"spent_usd_micros": 1, "reserved_usd_micros": 1})
FRAMING = GOOD[: HEADER.size]


def with_fields(**changes: Any) -> bytes:
    """A well-formed event with some fields out of bounds."""
    return CODEC.encode("intake_event", {**CODEC.decode("intake_event", GOOD), **changes})


HOSTILE = {
    "nothing at all": (None, "NotFramed", ""),
    "no bytes": (b"", "NotFramed", ""),
    "JSON instead of Avro": (b'{"event_id": "e"}', "NotFramed", ""),
    "an id that no schema has": (HEADER.pack(MAGIC, 7) + GOOD[5:], "UnknownSchema", ""),
    "another contract's id": (OTHER, "WrongSchema", ""),
    "garbage after the framing": (FRAMING + b"\xff" * 40, "Undecodable", ""),
    "a truncated record": (GOOD[:-3], "Undecodable", ""),
    "bytes after the record": (GOOD + b"more", "Undecodable", ""),
    "an empty event id": (with_fields(event_id=""), "NonConforming", "event_id"),
    "an over-long event id": (with_fields(event_id="x" * 129), "NonConforming", "event_id"),
    "a workspace with odd characters": (with_fields(workspace="a|b"), "NonConforming", "workspace"),
    "an over-long request": (with_fields(request="x" * 16_001), "NonConforming", "request"),
    "a time before all time": (with_fields(occurred_at_ms=-1), "NonConforming", "occurred_at_ms"),
}

UNPACKED_BYTES = 20_000_000
HUGE = with_fields(request="x" * 5_000_000)


@pytest.fixture(params=["aiokafka"])
def driver(request: pytest.FixtureRequest) -> str:
    """The gateway has one driver; the worker's makes no difference here."""
    return str(request.param)


async def test_bad_events_are_dead_lettered_whole_with_field_and_reason(
    deployment: Deployment, recorded: Recorded
) -> None:
    for value, _, _ in HOSTILE.values():
        await deployment.publish_raw(value)
    await deployment.publish(event(recorded[RESOLVED[0]]))

    await deployment.outcomes(1)

    letters = await dead_letters(deployment)
    assert len(letters) == len(HOSTILE)
    for name, (value, reason, field) in HOSTILE.items():
        found = [letter for letter in letters if letter["value"] == value]
        assert [(letter["reason"], letter["field"]) for letter in found] == [(reason, field)], name
        assert found[0]["message"]


async def test_a_header_whose_name_is_no_text_stops_nothing(
    deployment: Deployment, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Raw(str):
        __slots__ = ()

        def encode(self, *_: Any) -> bytes:
            return b"\xff\xfe"

    for module in (message_accumulator, sys.modules[AIOKafkaProducer.__module__]):
        monkeypatch.setattr(module, "DefaultRecordBatchBuilder", SlowBatchBuilder)
    async with AIOKafkaProducer(**deployment.settings.client_options()) as producer:
        topic, headers = deployment.topic("intake"), [(Raw("x"), b"1")]
        await producer.send_and_wait(topic, b"{}", headers=headers)
    await deployment.publish(event(recorded[RESOLVED[0]]))

    assert (await deployment.outcomes(1))[RESOLVED[0]]["outcome"] == "resolved"

    (letter,) = await dead_letters(deployment)
    assert letter["headers"] == [{"name": "\\xff\\xfe", "value": b"1"}]


async def test_five_megabytes_that_compress_well_are_dead_lettered_whole(
    deployment: Deployment, recorded: Recorded
) -> None:
    await deployment.publish_raw(HUGE)
    await deployment.publish(event(recorded[RESOLVED[0]]))

    assert (await deployment.outcomes(1))[RESOLVED[0]]["outcome"] == "resolved"

    (letter,) = await dead_letters(deployment)
    assert (letter["reason"], letter["field"]) == ("NonConforming", "request")
    assert letter["value"] == HUGE


async def test_what_unpacks_to_more_than_a_twin_takes_is_cut_and_stops_nothing(
    deployment: Deployment, recorded: Recorded
) -> None:
    whole = bytes(UNPACKED_BYTES)
    await publish_compressed(deployment, whole)
    await deployment.publish(event(recorded[RESOLVED[0]]))

    assert (await deployment.outcomes(1))[RESOLVED[0]]["outcome"] == "resolved"

    (letter,) = await dead_letters(deployment)
    assert whole.startswith(letter["value"] or b"none")
    assert letter["cut"] == [
        {
            "part": "value",
            "original_bytes": UNPACKED_BYTES,
            "original_hash": content_hash(whole),
        }
    ]


async def publish_compressed(deployment: Deployment, value: bytes) -> None:
    """As a client may that does not look at what a record unpacks to."""
    bold = AIOKafkaProducer(
        **deployment.settings.client_options(),
        compression_type="gzip",
        max_request_size=2 * len(value),
        max_batch_size=2 * len(value),
    )
    async with bold:
        await bold.send_and_wait(deployment.topic("intake"), value)


async def test_five_megabytes_that_do_not_are_refused_by_kafka_or_dead_lettered(
    deployment: Deployment, recorded: Recorded
) -> None:
    noise = random.Random(5).randbytes(5_000_000)
    if deployment.settings.broker_kind == "kafka":
        with pytest.raises(MessageSizeTooLargeError):
            await deployment.publish_raw(noise)
    else:
        await deployment.publish_raw(noise)
    await deployment.publish(event(recorded[RESOLVED[0]]))

    assert (await deployment.outcomes(1))[RESOLVED[0]]["outcome"] == "resolved"


async def test_an_unknown_workflow_is_rejected_with_the_known_ones_named(
    deployment: Deployment, recorded: Recorded
) -> None:
    await deployment.publish(event(recorded[RESOLVED[0]], workflow="no_such_workflow"))

    outcome = (await deployment.outcomes(1))[RESOLVED[0]]

    assert outcome["outcome"] == "rejected"
    assert "no_such_workflow" in (outcome["error"] or "")
    assert "retail_support" in (outcome["error"] or "")


async def dead_letters(deployment: Deployment) -> list[DeadLetter]:
    """Everything in the dead-letter twin of intake."""
    values = await deployment.records("intake.dead")
    return [CODEC.decode("dead_letter", value) for value in values]  # type: ignore[misc]
