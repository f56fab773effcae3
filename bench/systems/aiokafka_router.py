"""The raw router: what Kafka costs without an engine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson

from agents.gateway import partition_of
from bench.channel import Beginning, Topics
from bench.errors import InvalidMeasurement
from bench.measured import RECORD_BYTES, STATES, Load, Measured
from bench.peers.aiokafka_router import topic
from bench.servers.servers import Server, Servers
from bench.systems import on_kafka
from schemas.errors import SettingError
from streams.brokers.topics import TopicSpec, ensure_topics
from streams.settings import Settings

TOPICS = [TopicSpec(topic(stage), on_kafka.PARTITIONS) for stage in range(STATES + 1)]


@dataclass(frozen=True, slots=True)
class AiokafkaRouter:
    """One process with seven consumers."""

    servers: Servers
    name: str = "aiokafka"
    load_divisor: int = 1

    def unavailable(self) -> str | None:
        """Whether a broker can be had."""
        try:
            self.servers.get("kafka")
        except SettingError as error:
            return str(error)
        return None

    def measure(self, load: Load) -> Measured:
        """Pass `load` through the seven topics."""
        server = self.servers.get("kafka")
        settings = on_kafka.settings_on(server)
        asyncio.run(ensure_topics(settings, TOPICS))
        topics = Topics(topic(0), topic(STATES), beginning, number)
        with router(server, settings) as process:
            system = on_kafka.Running(settings, server, {process.pid}, lambda: check(process))
            return asyncio.run(on_kafka.measure(system, topics, load))


def beginning(number: int) -> Beginning:
    """A record of 1 KB with its number."""
    key = on_kafka.workspace(number)
    record = {"number": number, "visits": 0, "request": "x" * RECORD_BYTES}
    return Beginning(key, orjson.dumps(record), partition_of(key, on_kafka.PARTITIONS))


def number(value: bytes) -> int:
    """The record's number. Raises InvalidMeasurement when it was not in every state."""
    record = orjson.loads(value)
    if record["visits"] != STATES:
        raise InvalidMeasurement(f"a record passed {record['visits']} states, not {STATES}")
    return int(record["number"])


@contextmanager
def router(server: Server, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The router's process."""
    command = [sys.executable, "-m", "bench.peers.aiokafka_router"]
    process = subprocess.Popen([*command, server.address, settings.topic_prefix])  # noqa: S603
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def check(process: subprocess.Popen[bytes]) -> None:
    """Raises InvalidMeasurement when the router has ended."""
    if process.poll() is not None:
        raise InvalidMeasurement(
            f"the router ended with {process.returncode}; what it said is above"
        )
