"""Meters: one that measures into Prometheus and shows it over HTTP, and one that does nothing."""

from __future__ import annotations

import subprocess
import sys
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from agents.gateway import Rekeyed, measure
from schemas.errors import SettingError
from streams.adapters.meter import Meter, exposed, sink_committed
from streams.adapters.metrics import MOST_SERIES, PrometheusMeter, serving
from streams.brokers.ports import free_port
from streams.core import metrics
from streams.settings import Settings


def value(meter: PrometheusMeter, name: str, **labels: str) -> float | None:
    return meter.registry.get_sample_value(name, labels)


def page(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text: str = answer.read().decode()
        return text


def test_counters_add_up_by_their_labels() -> None:
    meter = PrometheusMeter()
    meter.count(metrics.DECISIONS, "plan", "plan.call")
    meter.count(metrics.DECISIONS, "plan", "plan.call", amount=4)
    assert value(meter, "tollway_decisions_total", state="plan", rule="plan.call") == 5


def test_histograms_take_observations() -> None:
    meter = PrometheusMeter()
    meter.observe(metrics.FOLD_SECONDS, 0.02)
    meter.observe(metrics.FOLD_SECONDS, 3.0)
    assert value(meter, "tollway_fold_seconds_sum") == 3.02
    assert value(meter, "tollway_fold_seconds_bucket", le="2.5") == 1


def test_a_watched_gauge_is_read_whenever_somebody_looks() -> None:
    meter, owned = PrometheusMeter(), [1]
    meter.watch(metrics.OWNED, lambda: len(owned))
    owned.append(2)
    assert value(meter, "tollway_owned_partitions") == 2


def test_a_label_that_is_not_bounded_ends_as_other() -> None:
    meter = PrometheusMeter()
    for number in range(MOST_SERIES + 50):
        meter.count(metrics.DUPLICATES, f"topic-{number}")
    samples = [s for f in meter.registry.collect() for s in f.samples if "duplicate" in s.name]
    assert len(samples) == MOST_SERIES + 1
    assert value(meter, "tollway_duplicate_inputs_total", topic="other") == 50


def test_a_sink_counts_its_rows_lag_and_commits() -> None:
    meter = PrometheusMeter()
    sink_committed(meter, "warehouse", {"runs": 3, "calls": 5}, lag_records=7, seconds=0.2)
    sink_committed(meter, "warehouse", {"runs": 1}, lag_records=0, seconds=0.1)
    assert value(meter, "tollway_sink_rows_total", sink="warehouse", table="runs") == 4
    assert value(meter, "tollway_sink_lag_records", sink="warehouse") == 0
    assert value(meter, "tollway_sink_commit_seconds_count", sink="warehouse") == 2


def test_the_gateway_counts_what_it_sends_on_and_what_it_refuses() -> None:
    meter = PrometheusMeter()
    good = Rekeyed("state.intake", b"acme", b"", 1)
    measure(meter, [good, good, Rekeyed("intake.dead", b"", b"", None, "Undecodable")])
    assert value(meter, "tollway_forwarded_records_total", topic="state.intake") == 2
    assert value(meter, "tollway_dead_letters_total", topic="intake", reason="Undecodable") == 1


def test_metrics_are_shown_over_http_while_the_process_runs_and_not_after() -> None:
    port = free_port()
    with exposed(Settings(metrics_port=port)) as meter:
        meter.count(metrics.BLOCKS, "accepted", amount=3)
        assert 'tollway_ledger_blocks_total{outcome="accepted"} 3.0' in page(port)
        assert "process_resident_memory_bytes" in page(port)
    with pytest.raises(URLError):
        page(port)


def test_without_a_port_nothing_is_measured_and_prometheus_is_not_even_loaded() -> None:
    with exposed(Settings()) as meter:
        assert type(meter) is Meter
        meter.count(metrics.BLOCKS, "accepted")
        meter.observe(metrics.FOLD_SECONDS, 1.0)
        meter.set(metrics.SINK_LAG, 1.0, "warehouse")
        meter.watch(metrics.OWNED, lambda: 1 / 0)
        meter.accepted([])
        meter.forwarded([])
    code = (
        "import agents.composition, agents.gateway, sys; print('prometheus_client' in sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert loaded.stdout.strip() == "False"


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    port = free_port()
    with (
        serving(port),
        pytest.raises(SettingError, match=f"TOLLWAY_METRICS_PORT={port}: .*; give each process"),
        serving(port),
    ):
        pass


def test_meters_of_one_process_do_not_share_anything() -> None:
    first, second = PrometheusMeter(), PrometheusMeter()
    first.count(metrics.BLOCKS, "lost")
    assert value(second, "tollway_ledger_blocks_total", outcome="lost") is None
