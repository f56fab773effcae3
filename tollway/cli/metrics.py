"""`tollway metrics`: what there is to measure, and what a process says now."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import click
import orjson
from prometheus_client.parser import text_string_to_metric_families

from schemas.errors import SettingError
from streams.core.metrics import METRICS, Metric

OURS = "tollway_"
TIMEOUT_S = 5.0


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Read from the process on this port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where that process runs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def metrics(port: int | None, host: str, as_json: bool) -> None:
    """List every metric with its meaning and what to do about it, or read them from a process.

    \b
    Examples:
      tollway metrics
      TOLLWAY_METRICS_PORT=9101 tollway worker & tollway metrics --port 9101
    """
    found = [_row(metric) for metric in METRICS] if port is None else list(_samples(host, port))
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    shown = map(_about, METRICS) if port is None else map(_sample, found)
    click.echo("\n".join(shown))


def _row(metric: Metric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "kind": metric.kind,
        "labels": metric.labels,
        "unit": metric.unit,
        "exposed_by": metric.exposed_by,
        "meaning": metric.meaning,
        "todo": metric.todo,
    }


def _about(metric: Metric) -> str:
    labels = f"{{{', '.join(metric.labels)}}}" if metric.labels else ""
    who = ", ".join(metric.exposed_by)
    head = f"{metric.name}{labels}  ({metric.kind}, {metric.unit}; {who})"
    return f"{head}\n    {metric.meaning}\n    {metric.todo}"


def _samples(host: str, port: int) -> Iterator[dict[str, Any]]:
    """Tollway's own samples, without the buckets of histograms. Raises SettingError."""
    for family in text_string_to_metric_families(_read(host, port)):
        for name, labels, value, *_ in family.samples:
            if name.startswith(OURS) and not name.endswith("_bucket"):
                yield {"name": name, "labels": labels, "value": value}


def _read(host: str, port: int) -> str:
    try:
        connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"no metrics at {host}:{port}: {error}; name the TOLLWAY_METRICS_PORT of a process "
            "that runs"
        ) from error


def _sample(sample: dict[str, Any]) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in sample["labels"].items())
    return f"{sample['name']}{f'{{{labels}}}' if labels else ''} {sample['value']:g}"
