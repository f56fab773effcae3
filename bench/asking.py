"""Asking a process over HTTP, as a supervisor and Prometheus do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException

from prometheus_client.parser import text_string_to_metric_families

TIMEOUT_S = 10.0
SILENT = (0, "")
Sample = tuple[str, Mapping[str, str], float]
"""Name, labels and value."""


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body; `SILENT` while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, HTTPException):
        return SILENT
    finally:
        connection.close()


def samples(port: int) -> Iterator[Sample]:
    """All that a process measures; none while nobody answers."""
    for family in text_string_to_metric_families(get(port, "/metrics")[1]):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def gauge(port: int, name: str) -> float:
    """A metric without labels; 0 while nobody answers."""
    return next((value for found, _, value in samples(port) if found == name), 0.0)
