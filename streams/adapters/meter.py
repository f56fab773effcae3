"""What a process tells of itself while it runs; a process without a metrics port tells nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.core import metrics
from streams.core.metrics import Metric
from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.records import Decision
    from streams.adapters.health import Health
    from streams.core.draft import Draft


class Meter:
    """Measures nothing, at no cost. The one that measures is in `streams.adapters.metrics`."""

    def count(self, metric: Metric, *labels: str, amount: int = 1) -> None:
        """Add to a counter."""

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Add an observation to a histogram."""

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge."""

    def watch(self, metric: Metric, read: Callable[[], float], *labels: str) -> None:
        """Ask `read` for a gauge whenever somebody looks; from another thread."""

    def accepted(self, drafts: Iterable[Draft]) -> None:
        """Count what the decisions of an accepted block say."""

    def forwarded(self, decisions: Iterable[Decision]) -> None:
        """Count the records that were sent on."""


def sink_committed(
    meter: Meter, sink: str, rows: Mapping[str, int], lag_records: int, seconds: float
) -> None:
    """A sink committed so many rows of each table and is so far behind the ledger's end."""
    for table, count in rows.items():
        meter.count(metrics.SINK_ROWS, sink, table, amount=count)
    meter.set(metrics.SINK_LAG, lag_records, sink)
    meter.observe(metrics.SINK_COMMIT_SECONDS, seconds, sink)


@contextmanager
def exposed(settings: Settings, health: Health | None = None) -> Iterator[Meter]:
    """The meter of this process, exposed over HTTP with its health where the settings name a port.

    Raises SettingError when the port cannot be had.
    """
    if settings.metrics_port == 0:
        yield Meter()
        return
    from streams.adapters.metrics import serving  # noqa: PLC0415  slow to import

    with serving(settings.metrics_port, health) as meter:
        yield meter
