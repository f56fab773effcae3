"""The table of metrics is what is registered, named as Prometheus expects, with bounded labels."""

from __future__ import annotations

import re

import pytest

from streams.adapters.metrics import PrometheusMeter
from streams.core import metrics
from streams.core.metrics import METRICS, Metric
from tollway.docs import ROOT

BOUNDED = {
    "state", "rule", "topic", "outcome", "kind", "name", "status", "workflow", "scope", "reason",
    "sink", "table", "direction",
}  # fmt: skip
"""Labels whose values the code or a contract lists. A run, workspace or customer is none."""
SUFFIXES = {"counter": "_total", "gauge": "", "histogram": ""}
each_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)


def test_every_metric_is_registered_and_everything_registered_is_in_the_table() -> None:
    registered = {
        (family.name, family.type, family.documentation)
        for family in PrometheusMeter().registry.collect()
        if not family.name.startswith("process_")
    }
    expected = {(m.name.removesuffix("_total"), m.kind, m.meaning) for m in METRICS}
    assert registered == expected


def test_every_row_is_in_the_table_once_and_known_by_name() -> None:
    named = {value for value in vars(metrics).values() if isinstance(value, Metric)}
    assert named == set(METRICS)
    assert len({metric.name for metric in METRICS}) == len(METRICS)


@each_metric
def test_a_metric_is_named_after_its_kind_and_unit(metric: Metric) -> None:
    assert re.fullmatch(r"tollway_[a-z_]+", metric.name)
    assert metric.name.endswith(SUFFIXES[metric.kind])
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    if metric.unit in ("seconds", "bytes"):
        assert metric.name.endswith(f"_{metric.unit}")
    assert ("_usd_micros" in metric.name) == (metric.unit == "micro-USD")


@each_metric
def test_a_metric_says_what_it_means_and_what_to_do(metric: Metric) -> None:
    assert metric.meaning.endswith(".")
    assert metric.todo.endswith(".")
    assert metric.exposed_by


@each_metric
def test_labels_are_bounded(metric: Metric) -> None:
    assert set(metric.labels) <= BOUNDED


@each_metric
def test_only_a_histogram_has_buckets_and_they_grow(metric: Metric) -> None:
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert list(metric.buckets) == sorted(set(metric.buckets))


def test_every_metric_that_the_docs_name_exists() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    named = set(re.findall(r"tollway_[a-z_]+", text))
    parts = {f"{m.name}{part}" for m in METRICS for part in ("", "_bucket", "_sum", "_count")}
    assert named <= parts
