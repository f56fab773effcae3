"""`tollway metrics`: the table for people and programs, and the values of a process that runs."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from streams.adapters.metrics import serving
from streams.brokers.ports import free_port
from streams.core import metrics
from streams.core.metrics import METRICS
from tollway.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["metrics", *arguments])


def test_every_metric_is_listed_with_what_to_do_about_it() -> None:
    result = run()
    assert result.exit_code == 0
    assert all(metric.name in result.output for metric in METRICS)
    assert all(metric.todo in result.output for metric in METRICS)


def test_the_list_is_there_as_json() -> None:
    listed = json.loads(run("--json").output)
    assert [row["name"] for row in listed] == [metric.name for metric in METRICS]


def test_values_of_a_process_are_read_from_its_port() -> None:
    port = free_port()
    with serving(port) as meter:
        meter.count(metrics.CALLS, "tool", "look", "done", amount=2)
        meter.observe(metrics.CALL_SECONDS, 0.5, "tool", "look")
        lines = run("--port", str(port)).output.splitlines()
        rows = json.loads(run("--port", str(port), "--json").output)
    assert 'tollway_calls_total{kind="tool",name="look",status="done"} 2' in lines
    assert 'tollway_call_seconds_sum{kind="tool",name="look"} 0.5' in lines
    assert not [line for line in lines if "_bucket" in line or line.startswith("process_")]
    assert {"name": "tollway_call_seconds_count", "labels": {"kind": "tool", "name": "look"}, "value": 1.0} in rows  # fmt: skip  # noqa: E501


def test_a_port_without_a_process_is_told() -> None:
    port = free_port()
    result = run("--port", str(port))
    assert result.exit_code == 1
    assert f"no metrics at 127.0.0.1:{port}" in result.output
    assert "TOLLWAY_METRICS_PORT" in result.output
