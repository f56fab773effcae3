"""The topics as data: read from `topics.yaml`, each with its dead-letter twin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DEAD_SUFFIX = ".dead"
LEDGER_MAX_BYTES = 4 * 1024 * 1024
"""The most one block may hold; every topic that a block can emit to takes at least as much."""
ENVELOPE_BYTES = 64 * 1024
"""What a dead letter adds around the value that it keeps."""
FOREIGN_VALUE_BYTES = 7 * 1024 * 1024
"""What is kept of a value from outside: compressed, more gets in than its topic seems to take."""
FOREVER = "forever"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `retention_hours` is None for topics that keep everything."""

    name: str
    description: str
    key: str
    schema: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    own_partitions: bool
    retention_hours: int | None
    max_bytes: int
    dead_letters: str | None

    @property
    def config(self) -> dict[str, str]:
        """Kafka's topic configuration."""
        retention_ms = -1 if self.retention_hours is None else self.retention_hours * 3_600_000
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(retention_ms),
            "max.message.bytes": str(self.max_bytes),
        }


@cache
def topics() -> dict[str, Topic]:
    """All topics by logical name, dead-letter twins included."""
    rows = yaml.safe_load(files("schemas").joinpath("topics.yaml").read_text("utf-8"))
    declared = [_topic(name, row) for name, row in rows.items()]
    twins = [_twin(topic) for topic in declared]
    return {topic.name: topic for topic in declared + twins}


def dead_letter_topic(name: str) -> str:
    """The twin that takes what cannot be handled on topic `name`."""
    return name + DEAD_SUFFIX


def kept_value_bytes(topic: Topic) -> int:
    """How much of a value the twin of `topic` can surely take."""
    return topic.max_bytes if topic.own_partitions else max(topic.max_bytes, FOREIGN_VALUE_BYTES)


def _topic(name: str, row: dict[str, Any]) -> Topic:
    retention = row["retention_hours"]
    return Topic(
        name=name,
        description=row["description"],
        key=row["key"],
        schema=row["schema"],
        producers=tuple(row["producers"]),
        consumers=tuple(row["consumers"]),
        own_partitions=row.get("partitions", "own") == "own",
        retention_hours=None if retention == FOREVER else int(retention),
        max_bytes=row.get("max_bytes", LEDGER_MAX_BYTES),
        dead_letters=dead_letter_topic(name),
    )


def _twin(topic: Topic) -> Topic:
    return Topic(
        name=dead_letter_topic(topic.name),
        description=f"What could not be handled on {topic.name}, whole, with the reason.",
        key=topic.key,
        schema="dead_letter",
        producers=topic.consumers,
        consumers=("operator",),
        own_partitions=True,
        retention_hours=720,
        max_bytes=kept_value_bytes(topic) + ENVELOPE_BYTES,
        dead_letters=None,
    )
