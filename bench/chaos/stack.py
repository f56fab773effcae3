"""The deployment under chaos: Kafka, and Tollway's processes under the production supervisor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # they are public
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from bench.servers.kafka import ADDRESS_VARIABLE
from streams.brokers import jvm
from streams.settings import Settings
from tollway.stack.roles import Role
from tollway.stack.supervisor import Supervisor

ROLES = (
    Role("gateway", ("gateway",)),
    Role("worker", ("worker",), 3),
    Role("pool-model", ("pool", "model"), 2),
    Role("pool-retrieval", ("pool", "retrieval"), 2),
    Role("pool-tool", ("pool", "tool"), 3),
    Role("sink-warehouse", ("sink", "warehouse"), follows=True),
)
WITH_RULES = frozenset({"worker", "pool"})
TIMED_TOPICS = ("outcomes", "call.results")
"""Their records bear the broker's time of arrival, so that counting trusts no sender's clock."""


@dataclass(slots=True)
class ChaosSupervisor(Supervisor):
    """The production supervisor; `without` names a rule that no worker and no pool has."""

    without: str | None = None

    def _program(self, command: tuple[str, ...]) -> tuple[str, ...]:
        if self.without is None or command[0] not in WITH_RULES:
            return ("tollway", *command)
        return ("bench.chaos.without", self.without, *command)


@dataclass(slots=True)
class OwnBroker:
    """A Kafka that the harness may stop and start again on the same records and port."""

    data_dir: Path
    home: Path
    running: jvm.JvmBroker

    def restart(self) -> None:
        """Stop it, and return once it answers again. Blocks."""
        port = self.running.port
        self.running.stop()
        self.running = jvm.start(self.data_dir, port=port, home=self.home)


@contextmanager
def kafka(data_dir: Path) -> Iterator[tuple[str, OwnBroker | None]]:
    """Its address, and the broker itself when it was started here. Raises SettingError."""
    if given := os.environ.get(ADDRESS_VARIABLE):
        yield given, None
        return
    with TemporaryDirectory(prefix="tollway-chaos-kafka-") as name:
        home = Path(name)
        broker = OwnBroker(data_dir, home, jvm.start(data_dir, home=home))
        try:
            yield broker.running.bootstrap_servers, broker
        finally:
            broker.running.stop()


def time_by_broker(settings: Settings) -> None:
    """Have the broker stamp the topics that are timed; the rest of their settings stays."""
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
    resources = [_timed(settings.topic_prefix + topic) for topic in TIMED_TOPICS]
    for done in admin.incremental_alter_configs(resources).values():
        done.result()


def _timed(topic: str) -> ConfigResource:
    name, value = "message.timestamp.type", "LogAppendTime"
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    return ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
