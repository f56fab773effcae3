"""Whether a broker answers."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

TIMEOUT_S = 2
SILENT = 0


def answers(bootstrap_servers: str, login: Mapping[str, str] | None = None) -> bool:
    """Whether a broker there names itself within two seconds; `login` in librdkafka's words."""
    named: dict[str, str | int | float | bool] = {
        "bootstrap.servers": bootstrap_servers,
        "log_level": SILENT,
    }
    named.update(login or {})
    admin = AdminClient(named)
    try:
        return bool(admin.list_topics(timeout=TIMEOUT_S).brokers)
    except KafkaException:
        return False
