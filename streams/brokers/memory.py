"""librdkafka's in-memory cluster: a broker inside this process, gone when it ends."""

from __future__ import annotations

from confluent_kafka import KafkaException, Producer

from schemas.errors import SettingError
from streams.brokers.broker import Broker

START_TIMEOUT_S = 10
WARNINGS = 4
"""Syslog level; the cluster announces itself one level below."""


class MemoryBroker(Broker):
    """The cluster lives as long as the client that made it. `differences.py` says what it lacks."""

    kind = "memory"

    def __init__(self, owner: Producer, bootstrap_servers: str) -> None:
        self._owner: Producer | None = owner
        self.bootstrap_servers = bootstrap_servers

    def stop(self) -> None:
        """Drop the cluster with all its records."""
        self._owner = None

    def is_running(self) -> bool:
        """Whether it is still there."""
        return self._owner is not None


def start() -> MemoryBroker:
    """Start one on a free port of this machine.

    A topic is made, with four partitions, when a client first asks for its metadata.
    Raises SettingError when it does not answer.
    """
    owner = Producer({"test.mock.num.brokers": 1, "log_level": WARNINGS})
    try:
        brokers = owner.list_topics(timeout=START_TIMEOUT_S).brokers.values()
    except KafkaException as error:
        raise SettingError(f"the in-memory broker does not answer: {error}") from error
    return MemoryBroker(owner, ",".join(f"{broker.host}:{broker.port}" for broker in brokers))
