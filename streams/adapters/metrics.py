"""Metrics on Prometheus: the table's rows as collectors, and an endpoint that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    make_wsgi_app,
)

from schemas.errors import SettingError
from streams.adapters.health import Health, beside
from streams.adapters.meter import Meter
from streams.core import tally
from streams.core.metrics import METRICS, Metric
from streams.kafka_access import PREFIX

if TYPE_CHECKING:
    from schemas.records import Decision
    from streams.core.draft import Draft

MOST_SERIES = 1_000
"""Of one metric. Labels are bounded by design; should one not be, what is more is `other`."""
OTHER = "other"
Labels = tuple[str, ...]


class PrometheusMeter(Meter):
    """Measures into a registry of its own, which holds every metric of the table."""

    def __init__(self) -> None:
        # Those are a time for each series, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._collectors = {metric: _collector(metric, self.registry) for metric in METRICS}
        self._series: dict[Metric, dict[Labels, Any]] = {metric: {} for metric in METRICS}

    def count(self, metric: Metric, *labels: str, amount: int = 1) -> None:
        """See Meter."""
        self._of(metric, labels).inc(amount)

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """See Meter."""
        self._of(metric, labels).observe(value)

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """See Meter."""
        self._of(metric, labels).set(value)

    def watch(self, metric: Metric, read: Callable[[], float], *labels: str) -> None:
        """See Meter."""
        self._of(metric, labels).set_function(read)

    def accepted(self, drafts: Iterable[Draft]) -> None:
        """See Meter."""
        self._add(tally.accepted(drafts))

    def forwarded(self, decisions: Iterable[Decision]) -> None:
        """See Meter."""
        self._add(tally.forwarded(decisions))

    def _add(self, gained: tally.Tally) -> None:
        for (metric, labels), amount in gained.counts.items():
            self.count(metric, *labels, amount=amount)
        for metric, labels, value in gained.observed:
            self.observe(metric, value, *labels)

    def _of(self, metric: Metric, labels: Labels) -> Any:
        """The series of a metric with these labels."""
        series = self._series[metric]
        if labels not in series:
            if len(series) >= MOST_SERIES:
                labels = (OTHER,) * len(labels)
            collector = self._collectors[metric]
            series[labels] = collector.labels(*labels) if metric.labels else collector
        return series[labels]


def _collector(metric: Metric, registry: CollectorRegistry) -> Any:
    about = (metric.name, metric.meaning, metric.labels)
    if metric.kind == "histogram":
        return Histogram(*about, registry=registry, buckets=metric.buckets)
    return {"counter": Counter, "gauge": Gauge}[metric.kind](*about, registry=registry)


class _Server(ThreadingMixIn, WSGIServer):
    """A thread a request, so that a slow answer holds up no other."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Logs no requests."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(port: int, health: Health | None = None) -> Iterator[PrometheusMeter]:
    """A meter with its metrics at `/metrics` on `port`, `health` beside it. Raises SettingError."""
    meter = PrometheusMeter()
    metrics = make_wsgi_app(meter.registry)
    try:
        application = metrics if health is None else beside(metrics, health)
        server = make_server("0.0.0.0", port, application, _Server, _Quiet)  # noqa: S104  as before
    except OSError as error:
        raise SettingError(
            f"{PREFIX}METRICS_PORT={port}: {error.strerror}; give each process of this machine a "
            "free port of its own, or 0 for none"
        ) from error
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
