"""aiokafka clients with the settings that the ledger's rules need."""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.adapters import lenient
from streams.settings import Settings

lenient.install()

MAX_REQUEST_BYTES = 8 * 1024 * 1024
"""Above every topic's own limit, so that the broker's answer decides and not the client's."""
BATCH_BYTES = 256 * 1024

COMPRESSION = "lz4"
"""Blocks repeat names and evidence: a quarter of the bytes on disk, for little time."""
HEARTBEAT_S = 2
"""Well below every session timeout that the settings allow."""
FETCH_WAIT_MS = {"kafka": 500, "memory": 40}
"""How long the broker may hold an empty fetch, by kind: the in-memory broker holds it to the end
even when records arrive, so there it is the latency of a hop."""


def new_producer(settings: Settings, name: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for all replicas and never lingers."""
    return AIOKafkaProducer(
        **settings.client_options(),
        client_id=name,
        enable_idempotence=True,
        acks="all",
        compression_type=COMPRESSION,
        linger_ms=0,
        max_batch_size=BATCH_BYTES,
        max_request_size=MAX_REQUEST_BYTES,
    )


def new_reader(settings: Settings, name: str, fetch_wait_ms: int | None = None) -> AIOKafkaConsumer:
    """A consumer without a group, for reading assigned partitions from given offsets.

    `fetch_wait_ms` is how long the broker may hold an empty fetch, where it is not urgent.
    """
    return AIOKafkaConsumer(
        **settings.client_options(),
        client_id=name,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAX_REQUEST_BYTES,
        fetch_max_wait_ms=fetch_wait_ms or FETCH_WAIT_MS[settings.broker_kind],
    )


def new_group_consumer(settings: Settings, group: str, **options: Any) -> AIOKafkaConsumer:
    """A member of consumer group `group` that commits only when told to."""
    return AIOKafkaConsumer(
        **settings.client_options(),
        group_id=settings.topic_prefix + group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=settings.session_timeout_s * 1_000,
        max_poll_interval_ms=settings.poll_limit_s * 1_000,
        heartbeat_interval_ms=HEARTBEAT_S * 1_000,
        max_partition_fetch_bytes=MAX_REQUEST_BYTES,
        fetch_max_wait_ms=FETCH_WAIT_MS[settings.broker_kind],
        **options,
    )
