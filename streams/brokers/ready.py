"""Whether a broker answers."""

from __future__ import annotations

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

TIMEOUT_S = 2
SILENT = 0


def answers(bootstrap_servers: str) -> bool:
    """Whether an unsecured broker there names itself within two seconds."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": SILENT})
    try:
        return bool(admin.list_topics(timeout=TIMEOUT_S).brokers)
    except KafkaException:
        return False
