"""librdkafka's in-memory cluster: a broker inside this process, gone when it ends.

The confluent-kafka wheel carries the library. Its Python side can start the cluster too, but then
every consumer group waits three seconds for its first member, so the C functions are called here.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib.metadata import files
from typing import Any

from schemas.errors import SettingError
from streams.brokers.broker import Broker

PRODUCER = 0
"""The kind of client that owns the cluster; it sends nothing."""
BROKERS = 1
WARNINGS = b"4"
"""Syslog level; one below, the client notes that it has no broker of its own."""
MESSAGE_BYTES = 512


class MemoryBroker(Broker):
    """The cluster lives as long as its client. `differences.py` says what it lacks."""

    kind = "memory"

    def __init__(self, library: ctypes.CDLL, client: int, cluster: int) -> None:
        self._library = library
        self._client: int | None = client
        self._cluster = cluster
        self.bootstrap_servers = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()

    def stop(self) -> None:
        """Drop the cluster with all its records."""
        if self._client is not None:
            self._library.rd_kafka_mock_cluster_destroy(self._cluster)
            self._library.rd_kafka_destroy(self._client)
            self._client = None

    def is_running(self) -> bool:
        """Whether it is still there."""
        return self._client is not None


def start() -> MemoryBroker:
    """Start one on a free port of this machine.

    A topic is made, with four partitions, when a client first asks for its metadata.
    Raises SettingError when the library is missing or refuses.
    """
    library = _library()
    reason = ctypes.create_string_buffer(MESSAGE_BYTES)
    options = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(options, b"log_level", WARNINGS, reason, MESSAGE_BYTES)
    client = library.rd_kafka_new(PRODUCER, options, reason, MESSAGE_BYTES)
    if not client:
        raise SettingError(f"librdkafka could not start: {reason.value.decode()}; try again")
    cluster = library.rd_kafka_mock_cluster_new(client, BROKERS)
    library.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0)
    return MemoryBroker(library, client, cluster)


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(_path())
    handle, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "rd_kafka_conf_new": (handle, []),
        "rd_kafka_conf_set": (ctypes.c_int, [handle, text, text, text, ctypes.c_size_t]),
        "rd_kafka_new": (handle, [ctypes.c_int, handle, text, ctypes.c_size_t]),
        "rd_kafka_destroy": (None, [handle]),
        "rd_kafka_mock_cluster_new": (handle, [handle, ctypes.c_int]),
        "rd_kafka_mock_cluster_destroy": (None, [handle]),
        "rd_kafka_mock_cluster_bootstraps": (text, [handle]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [handle, number]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _path() -> str:
    for file in files("confluent-kafka") or ():
        if file.name.startswith("librdkafka"):
            return str(file.locate())
    raise SettingError(
        "confluent-kafka is installed without its own librdkafka: install its wheel, "
        "or use a kafka broker"
    )
