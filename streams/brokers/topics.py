"""Topics made before anything runs, and checked when they are there already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

from schemas.errors import SettingError
from streams.settings import Settings

READY_TIMEOUT_S = 15
TOPIC_ALREADY_EXISTS = 36
"""Another process was quicker."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic that must be there: its name without the prefix, and Kafka's topic configuration."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


async def ensure_topics(settings: Settings, topics: Iterable[TopicSpec]) -> None:
    """Make the topics that are missing; the prefix of `settings` is put before each name.

    Raises SettingError when no broker answers, or a topic cannot be made or has another number of
    partitions.
    """
    wanted = {settings.topic_prefix + topic.name: topic for topic in topics}
    admin = await _connect(settings)
    try:
        # The in-memory broker has no request for this; asking for a topic makes it.
        if settings.broker_kind == "kafka":
            await _create_missing(admin, wanted, settings.replication)
        found = await _await_partitions(admin, list(wanted))
    finally:
        await admin.close()
    _check_partitions(wanted, found)


async def _connect(settings: Settings) -> AIOKafkaAdminClient:
    admin = AIOKafkaAdminClient(**settings.client_options())
    try:
        await admin.start()
    except KafkaError as error:
        await admin.close()
        raise SettingError(
            f"TOLLWAY_BOOTSTRAP_SERVERS={settings.bootstrap_servers}: no broker answers ({error}); "
            "start one with 'tollway broker start', or name another"
        ) from error
    return admin


async def _create_missing(
    admin: AIOKafkaAdminClient, wanted: Mapping[str, TopicSpec], replication: int
) -> None:
    # Where topics are there already, a process needs no right to make any.
    existing = set(await admin.list_topics())
    # With acks=all a write counts once all replicas but one have it.
    agreed = {"min.insync.replicas": str(replication - 1)} if replication > 1 else {}
    missing = [
        NewTopic(name, topic.partitions, replication, topic_configs={**topic.config, **agreed})
        for name, topic in wanted.items()
        if name not in existing
    ]
    if missing:
        response = await admin.create_topics(missing)
        _check_created(response.to_object()["topic_errors"])


def _check_created(answers: Iterable[Mapping[str, Any]]) -> None:
    for answer in answers:
        code = answer["error_code"]
        if code not in {0, TOPIC_ALREADY_EXISTS}:
            reason = answer.get("error_message") or for_code(code).__name__
            raise SettingError(
                f"topic {answer['topic']} could not be made: {reason}; mend what it names, "
                "or make the topic by hand"
            )


async def _await_partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Partitions of each topic, once all are announced; a new topic takes a moment."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        rows = await admin.describe_topics(names)
        absent = [row["topic"] for row in rows if row["error_code"] or not row["partitions"]]
        if not absent:
            return {row["topic"]: len(row["partitions"]) for row in rows}
        if time.monotonic() > deadline:
            raise SettingError(f"topics do not appear: {', '.join(absent)}; see the broker's log")
        await asyncio.sleep(0.1)


def _check_partitions(wanted: Mapping[str, TopicSpec], found: Mapping[str, int]) -> None:
    wrong = [
        f"{name} has {found[name]} partitions, not {topic.partitions}"
        for name, topic in wanted.items()
        if found[name] != topic.partitions
    ]
    if wrong:
        raise SettingError(
            f"{'; '.join(wrong)}: the number is fixed for life, so set TOLLWAY_PARTITIONS to what "
            "is there, or choose another TOLLWAY_TOPIC_PREFIX"
        )
