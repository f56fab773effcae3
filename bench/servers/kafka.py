"""Kafka: the one that KAFKA_BOOTSTRAP_SERVERS names, or a node on this machine's Java."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.brokers import jvm
from streams.brokers.jars import kafka_version

ADDRESS_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"


@contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """Its address. Raises SettingError when there is none and none can be started."""
    if given := os.environ.get(ADDRESS_VARIABLE):
        yield given
        return
    with (
        TemporaryDirectory(prefix="tollway-bench-kafka-") as home,
        jvm.start(data_dir, home=Path(home)) as broker,
    ):
        yield broker.bootstrap_servers


def version() -> str:
    """What is measured against."""
    return "as given" if ADDRESS_VARIABLE in os.environ else f"Apache Kafka {kafka_version()}"
